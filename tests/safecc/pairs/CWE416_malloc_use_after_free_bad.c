/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-02, SC-07, SC-11, SC-12, SC-20 */
/*
 * A malloc'ed buffer is read through a second pointer after it was freed through the first.
 */
#include "sc_host.h"

struct page {
    char *text;
    const char *title;
};

static void page_close(struct page *p)
{
    if (p->text != NULL)
        free(p->text);
    p->text = NULL;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 10) % 90 + 8;
    char *text = (char *)malloc(n);

    if (text == NULL)
        return 1;
    struct page page = { text, &text[2] };
    memset(text, 'A', n - 1);
    text[n - 1] = '\0';
    page_close(&page);
    printf("missed %c\n", *page.title);
    return 0;
}
