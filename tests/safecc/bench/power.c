/* SPDX-License-Identifier: MIT */
/*
 * Pricing of electric power over a distribution tree (feeders, laterals, branches, leaves):
 * each leaf chooses its demand at the price it sees by Newton's method, losses add up along
 * the lines, and the root moves the price until supply meets demand.  Floating point, and
 * trees as fixed arrays of structures next to lists by pointer.
 */
#include "sc_host.h"

#define NR_FEEDERS 10
#define NR_LATERALS 20
#define NR_BRANCHES 5
#define NR_LEAVES 10

struct demand {
    double real;
    double reactive;
};

struct leaf {
    struct demand demand;
    double weight;
};

struct branch {
    struct demand demand;
    double resistance;
    double reactance;
    struct branch *next SC_NULLABLE;
    struct leaf leaves[NR_LEAVES];
};

struct lateral {
    struct demand demand;
    double resistance;
    double reactance;
    struct branch *branches SC_NULLABLE;
};

struct root {
    struct demand demand;
    double price_real;
    double price_reactive;
    struct lateral laterals[NR_FEEDERS][NR_LATERALS];
};

static struct root *root_make(void)
{
    struct root *r SC_NULLABLE = sc_new(struct root);

    if (r == NULL)
        exit(1);
    r->price_real = 0.8;
    r->price_reactive = 0.16;
    for (uint32_t f = 0; f < NR_FEEDERS; f++) {
        for (uint32_t l = 0; l < NR_LATERALS; l++) {
            struct lateral *lateral = &r->laterals[f][l];

            lateral->resistance = 1.0 / 300000.0;
            lateral->reactance = 1.0 / 500000.0;
            for (uint32_t b = 0; b < NR_BRANCHES; b++) {
                struct branch *branch SC_NULLABLE = sc_new(struct branch);

                if (branch == NULL)
                    exit(1);
                branch->resistance = 0.0001 * (1 + b);
                branch->reactance = 0.00002 * (1 + f % 3);
                for (uint32_t i = 0; i < NR_LEAVES; i++)
                    branch->leaves[i].weight = 1.0 + 0.01 * ((f + 3 * l + 7 * i) % 11);
                branch->next = lateral->branches;
                lateral->branches = branch;
            }
        }
    }
    return r;
}

/* The demand at which the leaf's marginal benefit w/(1+p) - d p equals the price. */
static void leaf_choose(struct leaf *leaf, double price_real, double price_reactive)
{
    double p = leaf->demand.real;

    for (int step = 0; step < 6; step++) {
        const double error = leaf->weight / (1.0 + p) - 0.05 * p - price_real;
        const double slope = -leaf->weight / ((1.0 + p) * (1.0 + p)) - 0.05;

        p -= error / slope;
        if (p < 0.0)
            p = 0.0;
    }
    leaf->demand.real = p;
    leaf->demand.reactive = p * (0.3 + 0.1 * price_reactive);
}

/* What must be fed into a line for so much to come out of it. */
static struct demand line_input(struct demand out, double resistance, double reactance)
{
    const double current = out.real * out.real + out.reactive * out.reactive;
    struct demand in = { out.real + resistance * current, out.reactive + reactance * current };

    return in;
}

static void branch_compute(struct branch *b, double price_real, double price_reactive)
{
    const double loss = 2.0 * b->resistance * b->demand.real;
    struct demand sum = { 0.0, 0.0 };

    for (uint32_t i = 0; i < NR_LEAVES; i++) {
        leaf_choose(&b->leaves[i], price_real * (1.0 + loss), price_reactive);
        sum.real += b->leaves[i].demand.real;
        sum.reactive += b->leaves[i].demand.reactive;
    }
    b->demand = line_input(sum, b->resistance, b->reactance);
}

static void lateral_compute(struct lateral *l, double price_real, double price_reactive)
{
    struct demand sum = { 0.0, 0.0 };

    SC_TRIPS(NR_BRANCHES)
    for (struct branch *b SC_NULLABLE = l->branches; b != NULL; b = b->next) {
        branch_compute(b, price_real, price_reactive);
        sum.real += b->demand.real;
        sum.reactive += b->demand.reactive;
    }
    l->demand = line_input(sum, l->resistance, l->reactance);
}

static void root_compute(struct root *r)
{
    struct demand sum = { 0.0, 0.0 };

    for (uint32_t f = 0; f < NR_FEEDERS; f++) {
        for (uint32_t l = 0; l < NR_LATERALS; l++) {
            struct lateral *lateral = &r->laterals[f][l];

            lateral_compute(lateral, r->price_real, r->price_reactive);
            sum.real += lateral->demand.real;
            sum.reactive += lateral->demand.reactive;
        }
    }
    r->demand = sum;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t nr_rounds = (uint32_t)sc_arg(argc, argv, 1, 1500);
    struct root *r = root_make();

    for (uint32_t i = 0; i < nr_rounds; i++) {
        root_compute(r);
        r->price_real += (r->demand.real - 9000.0) * 1e-6;
        r->price_reactive += (r->demand.reactive - 2800.0) * 1e-6;
    }
    printf("power: real %.6f at %.9f, reactive %.6f at %.9f\n", r->demand.real, r->price_real, r->demand.reactive,
           r->price_reactive);
    return 0;
}
