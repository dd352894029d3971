/* SPDX-License-Identifier: MIT */
/* shctl: what it asks the hypervisor, what it says, and its exit codes. The hypervisor is the one below. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shctl.h"

/* ---- a hypervisor ---- */

static struct {
    bool absent;
    int error; /* of every operation but LIST behind the last */
    const char *problem;
    struct sh_module_info modules[3];
    uint32_t nr_modules;
    const char *certificate;
    uint64_t certificate_bytes;
    struct sh_module_op last;
    uint8_t first_byte; /* of what was handed over */
    unsigned nr_calls, nr_memory;
} hv;

bool hypervisor_open(void)
{
    return !hv.absent;
}

void *hypervisor_memory(size_t nr_bytes)
{
    hv.nr_memory++;
    return calloc(1, nr_bytes);
}

void hypervisor_memory_free(void *memory, size_t nr_bytes)
{
    hv.nr_memory--;
    free(memory);
}

static int hv_list(struct sh_module_op *op)
{
    if (op->index >= hv.nr_modules)
        return ENOENT;
    op->info = hv.modules[op->index];
    return 0;
}

static int hv_show(struct sh_module_op *op)
{
    uint64_t room = op->size;

    op->size = hv.certificate_bytes;
    memcpy((void *)(uintptr_t)op->buffer, hv.certificate, room < op->size ? room : op->size); /* NOLINT */
    return 0;
}

int hypervisor_module_op(struct sh_module_op *op)
{
    hv.nr_calls++;
    hv.last = *op;
    assert_int_equal(op->version, SH_MODULE_OP_VERSION);
    if (op->cmd == SH_MODULE_LOAD || op->cmd == SH_MODULE_REPLACE)
        hv.first_byte = *(const uint8_t *)(uintptr_t)op->buffer; /* NOLINT */
    if (hv.problem != NULL)
        strcpy(op->problem, hv.problem);
    if (hv.error != 0)
        return hv.error;
    return op->cmd == SH_MODULE_LIST ? hv_list(op) : op->cmd == SH_MODULE_SHOW ? hv_show(op) : 0;
}

static struct {
    uint64_t args[5];
    long result;
} extension;

long hypervisor_extension(const uint64_t args[5])
{
    memcpy(extension.args, args, sizeof(extension.args));
    if (extension.result == 0 && args[1] > 4096)
        for (unsigned i = 0; i < 3; i++)
            ((uint64_t *)(uintptr_t)args[1])[i] = i * 10000000000UL; /* NOLINT */
    return extension.result;
}

/* ---- running it ---- */

static char *out, *err;

static int run(const char *words)
{
    FILE *real_out = stdout, *real_err = stderr;
    char copy[256], *argv[12] = { (char[]){ "shctl" } }, *rest = copy;
    size_t nr_out, nr_err;
    int argc = 1, end;

    free(out);
    free(err);
    assert_true(strlen(words) < sizeof(copy));
    strcpy(copy, words);
    for (char *word; (word = strsep(&rest, " ")) != NULL;)
        if (word[0] != 0)
            argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
    stdout = open_memstream(&out, &nr_out);
    stderr = open_memstream(&err, &nr_err);
    end = shctl(argc, argv);
    fclose(stdout);
    fclose(stderr);
    stdout = real_out;
    stderr = real_err;
    return end;
}

#define assert_says(text, part)                                 \
    do {                                                        \
        if (strstr((text), (part)) == NULL)                     \
            fail_msg("%s: expected in it: %s", (text), (part)); \
    } while (0)

static char file_name[] = "/tmp/shctl-test-XXXXXX";
static char load_file[64], replace_file[64];

static void file_make(size_t nr_bytes)
{
    FILE *file = fopen(file_name, "wb");

    assert_non_null(file);
    for (size_t i = 0; i < nr_bytes; i++)
        fputc(i == 0 ? 0x7f : 0, file);
    fclose(file);
}

static int setup(void **state)
{
    memset(&hv, 0, sizeof(hv));
    file_make(1000);
    return 0;
}

static int group_setup(void **state)
{
    int fd = mkstemp(file_name);

    if (fd < 0)
        return -1;
    close(fd);
    snprintf(load_file, sizeof(load_file), "module load %s", file_name);
    snprintf(replace_file, sizeof(replace_file), "module replace %s", file_name);
    return 0;
}

static int group_teardown(void **state)
{
    free(out);
    free(err);
    return unlink(file_name);
}

/* ---- tests ---- */

static void test_load(void **state)
{
    char words[128];

    assert_int_equal(run(load_file), SHCTL_GOOD);
    assert_int_equal(hv.last.cmd, SH_MODULE_LOAD);
    assert_int_equal(hv.last.size, 1000);
    assert_int_equal(hv.first_byte, 0x7f);
    assert_string_equal(hv.last.name, "");
    snprintf(words, sizeof(words), "%s --name other", load_file);
    assert_int_equal(run(words), SHCTL_GOOD);
    assert_string_equal(hv.last.name, "other");
    assert_int_equal(run(replace_file), SHCTL_GOOD);
    assert_int_equal(hv.last.cmd, SH_MODULE_REPLACE);
    assert_string_equal(hv.last.name, "");
}

static void test_unload(void **state)
{
    assert_int_equal(run("module unload evtchn"), SHCTL_GOOD);
    assert_int_equal(hv.last.cmd, SH_MODULE_UNLOAD);
    assert_string_equal(hv.last.name, "evtchn");
}

/* The memory of files is given back, however it ends; the request's own is kept. */
static void test_memory(void **state)
{
    unsigned before;

    assert_int_equal(run(load_file), SHCTL_GOOD);
    before = hv.nr_memory;
    hv.error = ENOEXEC;
    assert_int_equal(run(load_file), SHCTL_REFUSED);
    assert_int_equal(run("module show x"), SHCTL_REFUSED);
    assert_int_equal(hv.nr_memory, before);
}

static void test_errors_say_what_and_what_next(void **state)
{
    static const struct {
        int error;
        const char *part, *next;
    } all[] = {
        { EPERM, "first domain", "run shctl there" },
        { ENOSYS, "no such hypercall", "boot the SafeHype" },
        { EFAULT, "memory", "report it" },
        { EINVAL, "a name or a size", "127" },
        { ENOENT, "no such module", "shctl module list" },
        { EEXIST, "one of that name", "--name" },
        { ENOMEM, "no room", "unload" },
        { ENOEXEC, "the file is refused", "modinspect --verify" },
        { EKEYREJECTED, "signature is refused", "modinspect --verify" },
        { EBUSY, "in use", "try again" },
        { ETIME, "CPUs stopped", "try again" },
        { EREMOTEIO, "handed over", "log" },
        { EIO, "Input/output error", "log" },
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        hv.error = all[i].error;
        hv.problem = NULL;
        assert_int_equal(run(load_file), SHCTL_REFUSED);
        assert_says(err, all[i].part);
        assert_says(err, all[i].next);
        assert_says(err, file_name);
        assert_string_equal(out, "");
        hv.problem = "relocation 7: of a type that none may have";
        assert_int_equal(run(load_file), SHCTL_REFUSED);
        assert_says(err, ": relocation 7: of a type that none may have; ");
    }
}

static void test_problem_without_an_end(void **state)
{
    static struct sh_module_op full;

    memset(full.problem, 'x', sizeof(full.problem));
    free(err);
    err = NULL;
    FILE *real = stderr;
    size_t nr;
    stderr = open_memstream(&err, &nr);
    problem_print("load", "file", ENOEXEC, &full);
    fclose(stderr);
    stderr = real;
    assert_says(err, "xxxx; build it");
}

static void modules_make(void)
{
    hv.nr_modules = 3;
    hv.modules[0] = (struct sh_module_info){
        .name = "evtchn", .state = SH_MODULE_BOOT, .version = 1, .ports = "evtchn", .text_bytes = 9000
    };
    hv.modules[1] = (struct sh_module_info){ .name = "rate",
                                             .state = SH_MODULE_APPLIED,
                                             .version = 7,
                                             .epoch = 3,
                                             .level = 1,
                                             .swap_ns = 12345,
                                             .key = 0x8877665544332211,
                                             .ports = "hooks sched" };
    hv.modules[2] =
        (struct sh_module_info){ .name = "bad", .state = SH_MODULE_FAULTY, .failures = 2, .text = "say \"no\"\n" };
}

static void test_list(void **state)
{
    modules_make();
    assert_int_equal(run("module list"), SHCTL_GOOD);
    assert_int_equal(hv.nr_calls, 4);
    assert_says(out, "name ");
    assert_says(out, "\nevtchn               boot           1     0 safe        9000");
    assert_says(out, "\nrate                 applied        7     3 contract ");
    assert_says(out, "1122334455667788 hooks sched\n");
    assert_says(out, "\n  2 checks failed in it: say \"no\"?\n");
}

static void test_list_json(void **state)
{
    modules_make();
    assert_int_equal(run("module list --json"), SHCTL_GOOD);
    assert_int_equal(strncmp(out, "[\n  { \"name\": \"evtchn\", \"state\": \"boot\", \"version\": 1,", 52), 0);
    assert_says(out, "\"ports\": [\"hooks\", \"sched\"]");
    assert_says(out, "\"ports\": []");
    assert_says(out, "\"epoch\": 3, \"level\": \"contract\",");
    assert_says(out, "\"text\": \"say \\\"no\\\"\\u000a\"");
    assert_says(out, "\"key\": \"1122334455667788\"");
    assert_says(out, "\"swap_ns\": 12345");
    assert_says(out, "\"failures\": 2 }\n]\n");
    hv.nr_modules = 0;
    assert_int_equal(run("module list --json"), SHCTL_GOOD);
    assert_string_equal(out, "[\n\n]\n");
}

static void test_list_refused(void **state)
{
    hv.error = ENOSYS;
    assert_int_equal(run("module list"), SHCTL_REFUSED);
    assert_string_equal(out, "");
    assert_says(err, "shctl: list: this hypervisor has no such hypercall");
}

static void test_show(void **state)
{
    char *large = malloc(100000);

    hv.certificate = "{\"module\": 1}";
    hv.certificate_bytes = 13;
    assert_int_equal(run("module show rate"), SHCTL_GOOD);
    assert_int_equal(hv.last.cmd, SH_MODULE_SHOW);
    assert_string_equal(hv.last.name, "rate");
    assert_string_equal(out, "{\"module\": 1}\n");
    memset(large, 'c', 100000);
    hv.certificate = large;
    hv.certificate_bytes = 100000;
    hv.nr_calls = 0;
    assert_int_equal(run("module show rate"), SHCTL_GOOD);
    assert_int_equal(strlen(out), 100001);
    assert_int_equal(hv.nr_calls, 2);
    free(large);
}

static void test_bad_command_lines(void **state)
{
    static const char *const all[] = { "",
                                       "modul",
                                       "module",
                                       "module lod",
                                       "module load",
                                       "module load a b",
                                       "module load --frob a",
                                       "module load a --name",
                                       "module load a --name ''",
                                       "module unload",
                                       "module unload a b",
                                       "module unload --x",
                                       "module unload ''",
                                       "module list --xml",
                                       "module list --json more",
                                       "module show",
                                       "--versions",
                                       "call",
                                       "call x",
                                       "call -1",
                                       "call 1 2 3 4 5 6",
                                       "call 1 2 3 4 5 --read 1",
                                       "call 1 --read",
                                       "call 1 --read 0",
                                       "call 1 --read 8193" };
    char words[256];

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        assert_int_equal(run(all[i]), SHCTL_USAGE);
        assert_says(err, "shctl --help says more");
    }
    snprintf(words, sizeof(words), "module unload %0150d", 1);
    assert_int_equal(run(words), SHCTL_USAGE);
    assert_says(err, "at most 127");
    assert_int_equal(hv.nr_calls, 0);
}

static void test_bad_files(void **state)
{
    assert_int_equal(run("module load /nowhere/x.sho"), SHCTL_USAGE);
    assert_says(err, "/nowhere/x.sho: No such file");
    file_make(0);
    assert_int_equal(run(load_file), SHCTL_USAGE);
    assert_says(err, "is empty");
    file_make((4 << 20) + 1);
    assert_int_equal(run(load_file), SHCTL_USAGE);
    assert_says(err, "more than 4 MiB");
    assert_int_equal(hv.nr_calls, 0);
    file_make(4 << 20);
    assert_int_equal(run(load_file), SHCTL_GOOD);
}

static void test_no_hypervisor(void **state)
{
    hv.absent = true;
    assert_int_equal(run("module list"), SHCTL_USAGE);
    assert_int_equal(run("module show x"), SHCTL_USAGE);
    assert_int_equal(run(load_file), SHCTL_USAGE);
    assert_int_equal(hv.nr_calls, 0);
}

static void test_help_and_version(void **state)
{
    hv.absent = true;
    assert_int_equal(run("--help"), SHCTL_GOOD);
    assert_says(out, "shctl module load FILE [--name NAME]");
    assert_int_equal(run("module --help"), SHCTL_GOOD);
    assert_int_equal(run("--version"), SHCTL_GOOD);
    assert_string_equal(out, "shctl unit (module hypercall: version 2)\n");
}

static void test_call(void **state)
{
    memset(&extension, 0, sizeof(extension));
    extension.result = 5000000000L;
    assert_int_equal(run("call 3 0x10 17"), SHCTL_GOOD);
    assert_string_equal(out, "5000000000\n");
    assert_true(extension.args[0] == 3 && extension.args[1] == 16 && extension.args[2] == 17 && extension.args[3] == 0);
    extension.result = 0;
    assert_int_equal(run("call 1 32 33 --read 3"), SHCTL_GOOD);
    assert_string_equal(out, "0\n10000000000\n20000000000\n");
    assert_true(extension.args[0] == 1 && extension.args[2] == 32 && extension.args[3] == 33);
    assert_int_equal(run("call 1 2 3 4 5"), SHCTL_GOOD);
    extension.result = -ENOSYS;
    assert_int_equal(run("call 9"), SHCTL_REFUSED);
    assert_says(err, "call 9: no extension");
    extension.result = -EINVAL;
    assert_int_equal(run("call 9 --read 3"), SHCTL_REFUSED);
    assert_says(err, "Invalid argument");
    assert_string_equal(out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_load, setup),
        cmocka_unit_test_setup(test_unload, setup),
        cmocka_unit_test_setup(test_memory, setup),
        cmocka_unit_test_setup(test_errors_say_what_and_what_next, setup),
        cmocka_unit_test_setup(test_problem_without_an_end, setup),
        cmocka_unit_test_setup(test_list, setup),
        cmocka_unit_test_setup(test_list_json, setup),
        cmocka_unit_test_setup(test_list_refused, setup),
        cmocka_unit_test_setup(test_show, setup),
        cmocka_unit_test_setup(test_bad_command_lines, setup),
        cmocka_unit_test_setup(test_bad_files, setup),
        cmocka_unit_test_setup(test_no_hypervisor, setup),
        cmocka_unit_test_setup(test_call, setup),
        cmocka_unit_test_setup(test_help_and_version, setup),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
