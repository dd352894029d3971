/* SPDX-License-Identifier: MIT */
/* NAME.checked.c: the preprocessed source, line directives intact, with SC_CHECK where a check stands. */
#include "emit/emit.h"

#include "engine/checks.h"

namespace safecc {

static const char prelude[] = R"(/* Written by safecc. SC_CHECK(id, condition): where a rule is decided at run time. */
#ifndef SC_CHECK
#ifdef __FRAMAC__
#define SC_CHECK(id, condition) ((void)(condition))
#else
/* A trap, and an entry of the site table: where, id (rule in its top byte), line, file. */
#define SC_TRAP_(id) __extension__({ \
    __asm__ volatile("1: ud2\n\t" \
                     ".pushsection .sc_names,\"aMS\",@progbits,1\n2: .asciz \"" __FILE__ "\"\n\t.popsection\n\t" \
                     ".pushsection .sc_sites,\"a\",@progbits\n\t.balign 4\n\t.long 1b - ., 2b - ., %c0, %c1\n\t.popsection" \
                     : : "i"(id), "i"(__LINE__)); \
    __builtin_unreachable(); })
#define SC_CHECK(id, condition) (__builtin_expect(!(condition), 0) ? SC_TRAP_(id) : (void)0)
#endif
#endif
)";

namespace {

struct Event {
    unsigned at;
    int kind;        /* 0 an end, 1 a beginning, 2 a replacement: their order at one place */
    unsigned other;  /* the stretch's other end */
    size_t sequence;
    const std::string *text;
};

/* safe.h's attributes have been read; the compiler needs none of them. */
std::vector<std::pair<unsigned, unsigned>> annotation_stretches(const Unit &unit)
{
    std::vector<std::pair<unsigned, unsigned>> out;

    for (size_t i = 0; i < unit.tokens.size(); i++) {
        const TokenOrigin &t = unit.tokens[i];
        const std::string &macro = unit.macros[t.macro].name;
        if ((macro != "SC_FACT_" && macro != "SC_STATEMENT_") || unit.flat.compare(t.flat_offset, t.length, "__attribute__") != 0)
            continue;
        int depth = 0;
        size_t k = i + 1;
        for (; k < unit.tokens.size(); k++) {
            char c = unit.flat[unit.tokens[k].flat_offset];
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0)
                break;
        }
        if (k < unit.tokens.size())
            out.emplace_back(t.flat_offset, unit.tokens[k].flat_offset + 1);
        i = k;
    }
    return out;
}

/* Line ends stay, so that lines do. */
void append_without(std::string &out, const std::string &flat, unsigned from, unsigned to, const std::vector<std::pair<unsigned, unsigned>> &holes)
{
    auto it = std::lower_bound(holes.begin(), holes.end(), from, [](const std::pair<unsigned, unsigned> &h, unsigned v) { return h.second <= v; });

    for (; from < to && it != holes.end() && it->first < to; ++it) {
        if (it->first > from)
            out.append(flat, from, it->first - from);
        for (unsigned k = it->first; k < it->second; k++)
            if (flat[k] == '\n')
                out += '\n';
        from = std::min(std::max(from, it->second), to);
    }
    if (from < to)
        out.append(flat, from, to - from);
}

} // namespace

/* The flat text with the edits made. */
static std::string edited(const Unit &unit, const std::vector<const Edit *> &edits)
{
    std::vector<Event> events;
    std::string out;
    size_t sequence = 0;
    unsigned now = 0;
    auto holes = annotation_stretches(unit);

    for (const Edit *edit : edits) {
        sequence++;
        if (edit->replace) {
            events.push_back({ edit->begin, 2, edit->end, sequence, &edit->before });
        } else {
            events.push_back({ edit->begin, 1, edit->end, sequence, &edit->before });
            events.push_back({ edit->end, 0, edit->begin, sequence, &edit->after });
        }
    }
    std::sort(events.begin(), events.end(), [](const Event &a, const Event &b) {
        if (a.at != b.at)
            return a.at < b.at;
        if (a.kind != b.kind)
            return a.kind < b.kind;
        if (a.other != b.other)
            return a.other > b.other; /* inner ends first; outer begins first */
        return a.kind == 0 ? a.sequence > b.sequence : a.sequence < b.sequence;
    });
    for (const Event &e : events) {
        if (e.at > now) {
            append_without(out, unit.flat, now, e.at, holes);
            now = e.at;
        }
        out += *e.text;
        if (e.kind == 2)
            now = e.other;
    }
    append_without(out, unit.flat, now, (unsigned)unit.flat.size(), holes);
    return out;
}

std::string checked_text(const Unit &unit)
{
    std::vector<const Edit *> edits;

    for (const Site &site : unit.sites)
        if (site.fate == Fate::Check || site.fate == Fate::Hoisted)
            for (const Edit &edit : site.edits)
                edits.push_back(&edit);
    return prelude + edited(unit, edits);
}

std::string audit_text(Unit &unit)
{
    std::deque<Edit> marks;
    std::vector<const Edit *> edits;
    std::set<std::pair<const clang::Stmt *, std::string>> done;
    std::string text;

    for (const Site &site : unit.sites) {
        const clang::Expr *e = site.covers;
        if (e == nullptr || !done.emplace(e, site.what).second)
            continue;
        Edit mark;
        mark.begin = unit.flat_offset(e->getBeginLoc());
        mark.end = unit.flat_end(e->getEndLoc());
        if (e->getType()->isPointerType())
            mark.before = "((" + declaration(unit, e, "") + ")sc_covered((const volatile void *)(";
        else
            mark.before = "((" + declaration(unit, e, "") + ")sc_covered_index((unsigned long)(";
        mark.after = ")))";
        marks.push_back(mark);
    }
    for (const Edit &m : marks)
        edits.push_back(&m);
    text = edited(unit, edits);
    /* The place in this very text is what the audit wants to be told. */
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find('\n', at), text.size());
        if (text[at] == '#')
            for (size_t k = at; k < end; k++)
                text[k] = ' ';
        at = end + 1;
    }
    return "void *sc_covered(const volatile void *); unsigned long sc_covered_index(unsigned long);" + text;
}

} // namespace safecc
