/* SPDX-License-Identifier: MIT */
/* Findings and sites for machines: JSON, SARIF 2.1.0, and the baseline. */
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "emit/emit.h"
#include "engine/checks.h"
#include "report/report.h"

namespace safecc {

using llvm::json::Array;
using llvm::json::Object;

static uint64_t hash_text(uint64_t h, const std::string &s)
{
    for (unsigned char c : s)
        h = (h ^ c) * 1099511628211ULL; /* FNV-1a */
    return (h ^ 0xff) * 1099511628211ULL;
}

static std::string words_of(const std::string &line)
{
    std::string out;

    for (char c : line)
        if (c != ' ' && c != '\t')
            out += c;
    return out;
}

std::vector<std::string> fingerprints(const std::vector<Finding> &findings)
{
    std::vector<std::string> out;
    std::map<uint64_t, unsigned> seen;

    for (const Finding &f : findings) {
        size_t slash = f.place.file.rfind('/');
        uint64_t h = hash_text(14695981039346656037ULL, f.rule);
        h = hash_text(h, slash == std::string::npos ? f.place.file : f.place.file.substr(slash + 1));
        h = hash_text(h, f.function);
        h = hash_text(h, words_of(source_line(f.place.file, f.place.line)));
        unsigned nth = seen[h]++;
        std::string text;
        llvm::raw_string_ostream(text) << llvm::format_hex_no_prefix(h, 16) << "-" << nth;
        out.push_back(text);
    }
    return out;
}

static Object place_json(const Place &p)
{
    return Object{ { "file", p.file }, { "line", p.line }, { "column", p.column }, { "end_column", p.end_column } };
}

void report_json(llvm::raw_ostream &out, const std::vector<Finding> &findings, const Module &module)
{
    Array list, sites, sources, islands;
    std::set<std::pair<std::string, unsigned>> seen;
    std::vector<std::string> prints = fingerprints(findings);

    for (size_t i = 0; i < findings.size(); i++) {
        const Finding &f = findings[i];
        Array path, fixes;
        for (const Fact &fact : f.path)
            path.push_back(Object{ { "place", place_json(fact.place) }, { "text", fact.text } });
        for (const FixIt &fix : f.fixes)
            fixes.push_back(Object{ { "place", place_json(fix.place) }, { "text", fix.text } });
        list.push_back(Object{ { "rule", f.rule }, { "place", place_json(f.place) }, { "message", f.message }, { "function", f.function }, { "path", std::move(path) },
                               { "suggestion", f.suggestion }, { "fixes", std::move(fixes) }, { "fingerprint", prints[i] } });
    }
    for (const auto &unit : module.units)
        sources.push_back(Object{ { "file", unit->path }, { "sha256", source_hash(*unit) } });
    for (const auto &unit : module.units)
        for (const Site &s : unit->sites) {
            std::string id;
            llvm::raw_string_ostream(id) << "0x" << llvm::format_hex_no_prefix(s.id, 8);
            sites.push_back(Object{ { "id", id }, { "rule", s.rule }, { "what", s.what }, { "function", s.function }, { "text", s.text }, { "place", place_json(s.place) },
                                    { "fate", fate_name(s.fate) }, { "argument", s.argument }, { "condition", s.condition }, { "access", is_access(*unit, s) } });
        }
    for (const auto &unit : module.units)
        for (const Island &i : unit->island_list)
            if (seen.emplace(i.begin.file, i.begin.line).second)
                islands.push_back(Object{ { "file", i.begin.file }, { "line", i.begin.line }, { "last_line", i.end.line }, { "why", i.why } });
    out << llvm::formatv("{0:2}", llvm::json::Value(Object{ { "tool", "safecc" }, { "dialect", 1 }, { "findings", std::move(list) }, { "checks", std::move(sites) }, { "islands", std::move(islands) }, { "sources", std::move(sources) } })) << "\n";
}

static Object location(const Place &p, const std::string &text)
{
    Object region{ { "startLine", (int64_t)std::max(1u, p.line) }, { "startColumn", (int64_t)std::max(1u, p.column) } };

    if (p.end_column > p.column)
        region["endColumn"] = p.end_column;
    Object l{ { "physicalLocation", Object{ { "artifactLocation", Object{ { "uri", p.file } } }, { "region", std::move(region) } } } };
    if (!text.empty())
        l["message"] = Object{ { "text", text } };
    return l;
}

void report_sarif(llvm::raw_ostream &out, const std::vector<Finding> &findings, const std::set<std::string> &known)
{
    Array rules, results;
    std::vector<std::string> prints = fingerprints(findings);
    std::map<std::string, int64_t> index;

    for (const auto &rule : all_rules()) {
        index[rule->id()] = (int64_t)rules.size();
        rules.push_back(Object{ { "id", rule->id() }, { "shortDescription", Object{ { "text", rule->title() } } }, { "defaultConfiguration", Object{ { "level", "error" } } },
                                { "help", Object{ { "text", std::string("safecc --explain ") + rule->id() } } } });
    }
    for (size_t i = 0; i < findings.size(); i++) {
        const Finding &f = findings[i];
        std::string text = f.message + (f.suggestion.empty() ? "" : ". " + f.suggestion);
        Object result{ { "ruleId", f.rule }, { "ruleIndex", index.count(f.rule) ? index[f.rule] : -1 }, { "level", "error" }, { "message", Object{ { "text", text } } },
                       { "locations", Array{ location(f.place, "") } }, { "partialFingerprints", Object{ { "safecc/v1", prints[i] } } } };
        if (!known.empty())
            result["baselineState"] = known.count(prints[i]) ? "unchanged" : "new";
        Array steps;
        for (const Fact &fact : f.path)
            if (fact.place.valid())
                steps.push_back(Object{ { "location", location(fact.place, fact.text) } });
        if (!steps.empty()) {
            steps.push_back(Object{ { "location", location(f.place, f.message) } });
            result["codeFlows"] = Array{ Object{ { "threadFlows", Array{ Object{ { "locations", std::move(steps) } } } } } };
        }
        if (!f.fixes.empty()) {
            Array changes;
            for (const FixIt &fix : f.fixes) {
                Object deleted{ { "startLine", (int64_t)fix.place.line }, { "startColumn", (int64_t)fix.place.column }, { "endColumn", (int64_t)std::max(fix.place.column, fix.place.end_column) } };
                changes.push_back(Object{ { "artifactLocation", Object{ { "uri", fix.place.file } } },
                                          { "replacements", Array{ Object{ { "deletedRegion", std::move(deleted) }, { "insertedContent", Object{ { "text", fix.text } } } } } } });
            }
            result["fixes"] = Array{ Object{ { "description", Object{ { "text", f.suggestion.empty() ? "as proposed" : f.suggestion } } }, { "artifactChanges", std::move(changes) } } };
        }
        results.push_back(std::move(result));
    }
    Object driver{ { "name", "safecc" }, { "version", "0.1.0" }, { "rules", std::move(rules) } };
    Object run{ { "tool", Object{ { "driver", std::move(driver) } } }, { "columnKind", "utf16CodeUnits" }, { "results", std::move(results) } };
    out << llvm::formatv("{0:2}", llvm::json::Value(Object{ { "$schema", "https://json.schemastore.org/sarif-2.1.0.json" }, { "version", "2.1.0" }, { "runs", Array{ std::move(run) } } })) << "\n";
}

bool read_baseline(const std::string &path, std::set<std::string> &known, std::string &error)
{
    auto buffer = llvm::MemoryBuffer::getFile(path);

    if (!buffer) {
        error = path + ": " + buffer.getError().message();
        return false;
    }
    auto value = llvm::json::parse((*buffer)->getBuffer());
    const Object *object = value ? value->getAsObject() : nullptr;
    const Array *list = object == nullptr ? nullptr : object->getArray("fingerprints");
    if (!value)
        llvm::consumeError(value.takeError());
    if (list == nullptr) {
        error = path + ": is no baseline; write one with --write-baseline";
        return false;
    }
    for (const llvm::json::Value &v : *list)
        if (auto s = v.getAsString())
            known.insert(s->str());
    return true;
}

void write_baseline(llvm::raw_ostream &out, const std::vector<Finding> &findings)
{
    Array list;

    for (const std::string &p : fingerprints(findings))
        list.push_back(p);
    out << llvm::formatv("{0:2}", llvm::json::Value(Object{ { "tool", "safecc" }, { "fingerprints", std::move(list) } })) << "\n";
}

} // namespace safecc
