/* SPDX-License-Identifier: MIT */
/*
 * The perimeter of a region of an image held as a quadtree: for each black leaf and each
 * side, find the neighbour through the parents (Samet) and add up the white sides that face
 * it.  The images are rings; constant tables give the quadrant arithmetic.
 */
#include "sc_host.h"

#define LEVELS_MAX 14
#define NR_IMAGES 3

enum colour { WHITE, BLACK, GREY };
enum side { NORTH, EAST, SOUTH, WEST, NR_SIDES };
enum quadrant { NW, NE, SW, SE, NR_QUADRANTS };

struct quad {
    enum colour colour;
    enum quadrant which SC_RANGE(0, NR_QUADRANTS - 1);
    struct quad *parent SC_NULLABLE;
    struct quad *child[NR_QUADRANTS]; /* null but in a grey one */
};

/* Does the quadrant touch its parent's side?  Which one lies across that side? */
static const bool touches[NR_SIDES][NR_QUADRANTS] = {
    [NORTH] = { true, true, false, false },
    [EAST] = { false, true, false, true },
    [SOUTH] = { false, false, true, true },
    [WEST] = { true, false, true, false },
};
static const uint8_t across[NR_SIDES][NR_QUADRANTS] = {
    [NORTH] = { SW, SE, NW, NE },
    [EAST] = { NE, NW, SE, SW },
    [SOUTH] = { SW, SE, NW, NE },
    [WEST] = { NE, NW, SE, SW },
};
/* The two quadrants that touch a side, and the side that faces it. */
static const uint8_t along[NR_SIDES][2] = { { NW, NE }, { NE, SE }, { SW, SE }, { NW, SW } };
static const uint8_t opposite[NR_SIDES] = { SOUTH, WEST, NORTH, EAST };

/* Is the square wholly in the ring, wholly out of it, or both? */
static enum colour square_colour(int64_t x, int64_t y, int64_t size, int64_t image)
{
    const int64_t inner = image / 4, outer = image / 2 - 1;
    const int64_t far_x = x + size, far_y = y + size;
    const int64_t big_x = -x > far_x ? -x : far_x, big_y = -y > far_y ? -y : far_y;
    const int64_t small_x = x > 0 ? x : far_x < 0 ? -far_x : 0, small_y = y > 0 ? y : far_y < 0 ? -far_y : 0;
    const int64_t most = big_x * big_x + big_y * big_y, least = small_x * small_x + small_y * small_y;

    if (most <= inner * inner || least >= outer * outer)
        return WHITE;
    if (least >= inner * inner && most <= outer * outer)
        return BLACK;
    return size == 1 ? (least + most >= 2 * inner * inner && least + most <= 2 * outer * outer ? BLACK : WHITE) : GREY;
}

static struct quad *quad_build(struct quad *parent SC_NULLABLE, SC_RANGE(0, NR_QUADRANTS - 1) uint32_t which, int64_t x,
                               int64_t y, int64_t size, int64_t image, uint32_t depth)
{
    struct quad *q SC_NULLABLE = sc_new(struct quad);

    if (q == NULL || depth == 0)
        exit(1);
    q->parent = parent;
    q->which = (enum quadrant)which;
    q->colour = square_colour(x, y, size, image);
    if (q->colour == GREY) {
        const int64_t half = size / 2;

        q->child[NW] = quad_build(q, NW, x, y, half, image, depth - 1);
        q->child[NE] = quad_build(q, NE, x + half, y, half, image, depth - 1);
        q->child[SW] = quad_build(q, SW, x, y + half, half, image, depth - 1);
        q->child[SE] = quad_build(q, SE, x + half, y + half, half, image, depth - 1);
    }
    return q;
}

/* The neighbour of at least q's size on that side, or null at the image's edge. */
SC_NULLABLE static const struct quad *neighbour(const struct quad *q, SC_RANGE(0, NR_SIDES - 1) uint32_t side,
                                                uint32_t depth)
{
    const struct quad *parent SC_NULLABLE = q->parent;
    const struct quad *n SC_NULLABLE = parent;
    const uint32_t which = q->which;

    if (parent == NULL || depth == 0)
        return NULL;
    if (touches[side][which])
        n = neighbour(parent, side, depth - 1);
    if (n == NULL || n->colour != GREY)
        return n;
    return n->child[across[side][which]];
}

/* How much of q's side is white? */
static int64_t white_edge(const struct quad *q SC_NULLABLE, SC_RANGE(0, NR_SIDES - 1) uint32_t side, int64_t size,
                          uint32_t depth)
{
    if (q == NULL || depth == 0)
        return 0;
    switch (q->colour) {
    case WHITE:
        return size;
    case BLACK:
        return 0;
    default:
        break;
    }
    return white_edge(q->child[along[side][0]], side, size / 2, depth - 1) +
           white_edge(q->child[along[side][1]], side, size / 2, depth - 1);
}

static int64_t perimeter(const struct quad *q SC_NULLABLE, int64_t size, uint32_t depth)
{
    int64_t sum = 0;

    if (q == NULL || depth == 0 || q->colour == WHITE)
        return 0;
    if (q->colour == GREY) {
        for (uint32_t i = 0; i < NR_QUADRANTS; i++)
            sum += perimeter(q->child[i], size / 2, depth - 1);
        return sum;
    }
    for (uint32_t side = 0; side < NR_SIDES; side++) {
        const struct quad *n SC_NULLABLE = neighbour(q, side, LEVELS_MAX + 1);

        sum += n == NULL ? size : white_edge(n, opposite[side], size, LEVELS_MAX + 1);
    }
    return sum;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t levels = (uint32_t)sc_arg(argc, argv, 1, 11);
    const uint32_t nr_rounds = (uint32_t)sc_arg(argc, argv, 2, 300);
    struct quad *roots[NR_IMAGES];
    int64_t image, sum = 0;

    if (levels < 2 || levels > LEVELS_MAX)
        return 1;
    image = (int64_t)1 << levels;
    for (uint32_t i = 0; i < NR_IMAGES; i++)
        roots[i] = quad_build(NULL, NW, -image / 2, -image / 2, image, image - 3 * i, LEVELS_MAX + 1);
    for (uint32_t i = 0; i < nr_rounds; i++)
        sum += perimeter(roots[i % NR_IMAGES], image, LEVELS_MAX + 1) ^ i;
    printf("perimeter: %ld x %ld, sum %ld\n", image, image, sum);
    return 0;
}
