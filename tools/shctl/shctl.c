/* SPDX-License-Identifier: MIT */
/* The command line and the commands. */
#include "shctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)4 << 20)        /* what the loader takes */
#define CERTIFICATE_BYTES ((size_t)65536) /* to begin with */

static struct sh_module_op *op;

static const char *const usage_text =
    "usage: shctl module load FILE [--name NAME]     load a signed module; it becomes the provider of its ports\n"
    "       shctl module replace FILE [--name NAME]  the same, then every other module loaded at run time is unloaded\n"
    "       shctl module unload NAME                 its ports go back to who had them\n"
    "       shctl module list [--json]               all modules, those that came with the hypervisor too\n"
    "       shctl module show NAME                   its certificate: what was checked and proved, by what\n"
    "       shctl call OP [NUMBER...] [--read WORDS] the loaded extension's own call: prints what comes back, or, with "
    "--read,\n"
    "                                                the words that it writes where its first argument points\n"
    "       shctl --help | --version\n"
    "  Manages the modules of the SafeHype that runs, from its first domain (root; kernel module xen-privcmd).\n"
    "  Ends with 0; 1 when the hypervisor refuses, which changes nothing; 2 for a wrong command line, a file that "
    "cannot be\n"
    "  read, or no way to the hypervisor.\n";

int shctl_usage(const char *why, const char *what)
{
    fprintf(stderr, "shctl: %s%s; shctl --help says more\n", why, what);
    return SHCTL_USAGE;
}

static int unreadable(const char *path, const char *why)
{
    fprintf(stderr, "shctl: %s: %s; give a signed module (NAME.sho)\n", path, why);
    return SHCTL_USAGE;
}

/* A new request; false: there is no way to the hypervisor, or the name is too long. */
static bool request(enum sh_module_cmd cmd, const char *name)
{
    if (strlen(name) >= SH_MODULE_NAME_BYTES) {
        shctl_usage("a module's name has at most 127 characters: ", name);
        return false;
    }
    if (!hypervisor_open())
        return false;
    if (op == NULL)
        op = hypervisor_memory(sizeof(*op));
    if (op == NULL)
        return false;
    memset(op, 0, sizeof(*op));
    op->cmd = cmd;
    op->version = SH_MODULE_OP_VERSION;
    strcpy(op->name, name);
    return true;
}

/* ---- load, replace ---- */

/* How many bytes the file has; 0: it is no module, which has been said. */
static size_t file_bytes(const char *path, FILE *file)
{
    long nr;

    if (fseek(file, 0, SEEK_END) != 0 || (nr = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0) {
        unreadable(path, strerror(errno));
        return 0;
    }
    if (nr == 0)
        unreadable(path, "is empty");
    if ((size_t)nr > FILE_MAX) {
        unreadable(path, "has more than 4 MiB, which no module has");
        return 0;
    }
    return (size_t)nr;
}

static int hand_over(const char *command, const char *path, FILE *file, size_t nr)
{
    void *buffer = hypervisor_memory(nr);
    int error, end = SHCTL_GOOD;

    if (buffer == NULL)
        return SHCTL_USAGE;
    if (fread(buffer, 1, nr, file) != nr) {
        end = unreadable(path, ferror(file) ? strerror(errno) : "has become shorter");
    } else {
        op->buffer = (uintptr_t)buffer;
        op->size = nr;
        error = hypervisor_module_op(op);
        if (error != 0) {
            problem_print(command, path, error, op);
            end = SHCTL_REFUSED;
        }
    }
    hypervisor_memory_free(buffer, nr);
    return end;
}

static int load(const char *command, enum sh_module_cmd cmd, const char *path, const char *name)
{
    FILE *file = fopen(path, "rb");
    int end = SHCTL_USAGE;
    size_t nr;

    if (file == NULL)
        return unreadable(path, strerror(errno));
    nr = file_bytes(path, file);
    if (nr > 0 && request(cmd, name))
        end = hand_over(command, path, file, nr);
    fclose(file);
    return end;
}

/* ---- unload, list, show ---- */

static int unload(const char *name)
{
    int error;

    if (!request(SH_MODULE_UNLOAD, name))
        return SHCTL_USAGE;
    error = hypervisor_module_op(op);
    if (error == 0)
        return SHCTL_GOOD;
    problem_print("unload", name, error, op);
    return SHCTL_REFUSED;
}

static int list(bool json)
{
    int error = 0;

    for (uint32_t i = 0; error == 0; i++) {
        if (!request(SH_MODULE_LIST, ""))
            return SHCTL_USAGE;
        op->index = i;
        error = hypervisor_module_op(op);
        if (error != 0 && error != ENOENT)
            break;
        if (i == 0)
            json ? (void)puts("[") : list_table_head();
        if (error == 0)
            json ? list_json(&op->info, i == 0) : list_table_row(&op->info);
    }
    if (error != ENOENT) {
        problem_print("list", "", error, op);
        return SHCTL_REFUSED;
    }
    if (json)
        puts("\n]");
    return SHCTL_GOOD;
}

/* One try with so much room; nr_bytes becomes how much it takes. */
static int show_try(const char *name, uint64_t *nr_bytes)
{
    size_t room = *nr_bytes;
    char *text = hypervisor_memory(room);
    int error, end = SHCTL_USAGE;

    if (text == NULL || !request(SH_MODULE_SHOW, name))
        goto out;
    op->buffer = (uintptr_t)text;
    op->size = room;
    error = hypervisor_module_op(op);
    end = error == 0 ? SHCTL_GOOD : SHCTL_REFUSED;
    if (error != 0)
        problem_print("show", name, error, op);
    else if (op->size <= room)
        printf("%.*s\n", (int)op->size, text);
    *nr_bytes = op->size;
out:
    hypervisor_memory_free(text, room);
    return end;
}

static int show(const char *name)
{
    uint64_t room = CERTIFICATE_BYTES, nr = room;
    int end;

    if (!hypervisor_open())
        return SHCTL_USAGE;
    end = show_try(name, &nr);
    if (end == SHCTL_GOOD && nr > room && nr <= FILE_MAX)
        end = show_try(name, &nr);
    return end;
}

/* ---- the command line ---- */

static int module_load(const char *command, enum sh_module_cmd cmd, int argc, char **argv)
{
    const char *path = NULL, *name = "";

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--name") == 0) {
            if (++i == argc || argv[i][0] == 0)
                return shctl_usage("--name wants a name", "");
            name = argv[i];
        } else if (argv[i][0] == '-' && argv[i][1] != 0) {
            return shctl_usage("unknown option ", argv[i]);
        } else if (path != NULL) {
            return shctl_usage("one file at a time: what is ", argv[i]);
        } else {
            path = argv[i];
        }
    }
    return path == NULL ? shctl_usage(command, " wants a file") : load(command, cmd, path, name);
}

static int module_named(const char *command, int argc, char **argv)
{
    if (argc != 1 || argv[0][0] == 0 || argv[0][0] == '-')
        return shctl_usage(command, " wants the name of one module");
    return command[0] == 'u' ? unload(argv[0]) : show(argv[0]);
}

static int module_list(int argc, char **argv)
{
    if (argc > 1 || (argc == 1 && strcmp(argv[0], "--json") != 0))
        return shctl_usage("list takes --json or nothing, and not ", argv[argc - 1]);
    return list(argc == 1);
}

static int module(int argc, char **argv)
{
    const char *command = argc > 0 ? argv[0] : "";

    argc--;
    argv++;
    if (strcmp(command, "load") == 0)
        return module_load(command, SH_MODULE_LOAD, argc, argv);
    if (strcmp(command, "replace") == 0)
        return module_load(command, SH_MODULE_REPLACE, argc, argv);
    if (strcmp(command, "unload") == 0 || strcmp(command, "show") == 0)
        return module_named(command, argc, argv);
    if (strcmp(command, "list") == 0)
        return module_list(argc, argv);
    return command[0] == 0 ? shctl_usage("module wants a command", "")
                           : shctl_usage("unknown command: module ", command);
}

int shctl(int argc, char **argv)
{
    for (int i = 1; i < argc && i < 3; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage_text, stdout);
            return SHCTL_GOOD;
        }
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("shctl %s (module hypercall: version %d)\n", SAFEHYPE_VERSION, SH_MODULE_OP_VERSION);
        return SHCTL_GOOD;
    }
    if (argc < 2)
        return shctl_usage("what to do?", "");
    if (strcmp(argv[1], "call") == 0)
        return shctl_call(argc - 2, argv + 2);
    if (strcmp(argv[1], "module") != 0)
        return shctl_usage("unknown command: ", argv[1]);
    return module(argc - 2, argv + 2);
}
