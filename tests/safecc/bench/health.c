/* SPDX-License-Identifier: MIT */
/*
 * Simulates a country's health care: a four-way tree of villages, each with a hospital whose
 * lists of patients (waiting, being assessed, being treated) change at every step; a patient
 * the hospital cannot treat goes up the tree.  Linked lists whose elements move between lists.
 */
#include "sc_host.h"

#define LEVELS_MAX 7
#define NR_CHILDREN 4
#define PATIENTS_MAX 10000000
#define ASSESS_STEPS 3
#define TREAT_STEPS 10

struct patient {
    uint32_t nr_hospitals;
    uint32_t steps;      /* in the system so far */
    uint32_t steps_left; /* in this room */
    struct patient *next SC_NULLABLE;
};

struct list {
    struct patient *head SC_NULLABLE;
    struct patient *tail SC_NULLABLE;
};

struct village {
    struct village *child[NR_CHILDREN];
    struct village *parent SC_NULLABLE;
    uint32_t free_staff;
    uint32_t seed;
    uint64_t nr_treated;
    uint64_t total_steps;
    uint64_t total_hospitals;
    struct list waiting;
    struct list assessed;
    struct list treated;
    struct list referred; /* sent here from below during this step */
};

static void list_append(struct list *l, struct patient *p)
{
    struct patient *tail SC_NULLABLE = l->tail;

    p->next = NULL;
    if (tail == NULL)
        l->head = p;
    else
        tail->next = p;
    l->tail = p;
}

/* Out of the list what has left its room; after is p's predecessor, null for the first. */
static void list_remove(struct list *l, struct patient *after SC_NULLABLE, struct patient *p)
{
    struct patient *next SC_NULLABLE = p->next;

    if (after == NULL)
        l->head = next;
    else
        after->next = next;
    if (next == NULL)
        l->tail = after;
}

SC_NULLABLE static struct village *village_build(struct village *parent SC_NULLABLE, uint32_t level, uint32_t *seed)
{
    struct village *v SC_NULLABLE;

    if (level == 0)
        return NULL;
    v = sc_new(struct village);
    if (v == NULL)
        exit(1);
    *seed = *seed * 1664525U + 1013904223U;
    v->seed = *seed;
    v->parent = parent;
    v->free_staff = 1U << ((level - 1) & 7);
    for (uint32_t i = 0; i < NR_CHILDREN; i++)
        v->child[i] = village_build(v, level - 1, seed);
    return v;
}

static uint32_t village_random(struct village *v)
{
    v->seed = v->seed * 1664525U + 1013904223U;
    return v->seed >> 10;
}

static void treat(struct village *v)
{
    struct patient *before SC_NULLABLE = NULL;
    struct patient *p SC_NULLABLE = v->treated.head;

    SC_TRIPS(PATIENTS_MAX)
    while (p != NULL) {
        struct patient *next SC_NULLABLE = p->next;

        p->steps++;
        p->steps_left--;
        if (p->steps_left == 0) {
            v->free_staff++;
            v->nr_treated++;
            v->total_steps += p->steps;
            v->total_hospitals += p->nr_hospitals;
            list_remove(&v->treated, before, p);
            p->next = NULL; /* its memory stays a patient's for ever */
        } else {
            before = p;
        }
        p = next;
    }
}

/* After assessment: treated here, or referred to the parent. */
static void assess(struct village *v)
{
    struct patient *before SC_NULLABLE = NULL;
    struct patient *p SC_NULLABLE = v->assessed.head;
    struct village *parent SC_NULLABLE = v->parent;

    SC_TRIPS(PATIENTS_MAX)
    while (p != NULL) {
        struct patient *next SC_NULLABLE = p->next;

        p->steps++;
        p->steps_left--;
        if (p->steps_left == 0) {
            list_remove(&v->assessed, before, p);
            if (parent != NULL && village_random(v) % 10 == 0) {
                v->free_staff++;
                list_append(&parent->referred, p);
            } else {
                p->steps_left = TREAT_STEPS;
                list_append(&v->treated, p);
            }
        } else {
            before = p;
        }
        p = next;
    }
}

static void admit(struct village *v)
{
    struct patient *p SC_NULLABLE = v->waiting.head;

    SC_TRIPS(PATIENTS_MAX)
    while (p != NULL) {
        struct patient *next SC_NULLABLE = p->next;

        p->steps++;
        if (v->free_staff > 0) {
            v->free_staff--;
            p->steps_left = ASSESS_STEPS;
            p->nr_hospitals++;
            list_remove(&v->waiting, NULL, p);
            list_append(&v->assessed, p);
        }
        p = next;
    }
}

static void simulate(struct village *v SC_NULLABLE, uint32_t level)
{
    struct patient *p SC_NULLABLE;

    if (v == NULL || level == 0)
        return;
    for (uint32_t i = 0; i < NR_CHILDREN; i++)
        simulate(v->child[i], level - 1);
    treat(v);
    assess(v);
    admit(v);
    p = v->referred.head;
    SC_TRIPS(PATIENTS_MAX)
    while (p != NULL) {
        struct patient *next SC_NULLABLE = p->next;

        list_append(&v->waiting, p);
        p = next;
    }
    v->referred.head = NULL;
    v->referred.tail = NULL;
    if (village_random(v) % 15 == 0) {
        struct patient *fresh SC_NULLABLE = sc_new(struct patient);

        if (fresh == NULL)
            exit(1);
        list_append(&v->waiting, fresh);
    }
}

struct totals {
    uint64_t nr_treated, steps, hospitals, nr_waiting;
};

static void add_totals(const struct village *v SC_NULLABLE, struct totals *t, uint32_t level)
{
    if (v == NULL || level == 0)
        return;
    for (uint32_t i = 0; i < NR_CHILDREN; i++)
        add_totals(v->child[i], t, level - 1);
    t->nr_treated += v->nr_treated;
    t->steps += v->total_steps;
    t->hospitals += v->total_hospitals;
    SC_TRIPS(PATIENTS_MAX)
    for (const struct patient *p SC_NULLABLE = v->waiting.head; p != NULL; p = p->next)
        t->nr_waiting++;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t levels = (uint32_t)sc_arg(argc, argv, 1, 6);
    const uint32_t nr_steps = (uint32_t)sc_arg(argc, argv, 2, 9000);
    struct village *top SC_NULLABLE;
    struct totals t = { 0, 0, 0, 0 };
    uint32_t seed = 42;

    if (levels == 0 || levels > LEVELS_MAX)
        return 1;
    top = village_build(NULL, levels, &seed);
    for (uint32_t i = 0; i < nr_steps; i++)
        simulate(top, LEVELS_MAX);
    add_totals(top, &t, LEVELS_MAX);
    printf("health: %lu treated, %lu steps, %lu hospitals, %lu waiting\n", t.nr_treated, t.steps, t.hospitals,
           t.nr_waiting);
    return 0;
}
