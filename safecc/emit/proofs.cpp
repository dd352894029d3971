/* SPDX-License-Identifier: MIT */
/* Checks that the verifier proved are dropped, for exactly the source it proved them of. */
#include "emit/emit.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

namespace safecc {

std::string source_hash(const Unit &unit)
{
    llvm::SHA256 hash;
    std::string text;

    /* The tokens and their lines, not the folder they were read from. */
    for (const TokenOrigin &t : unit.tokens) {
        text.append(unit.flat, t.flat_offset, t.length);
        text += ' ';
    }
    hash.update(text);
    for (const Site &s : unit.sites)
        hash.update(llvm::utohexstr(s.id) + s.condition);
    return llvm::toHex(hash.final(), true);
}

bool proofs_apply(Unit &unit, const std::string &path, std::string &error)
{
    auto buffer = llvm::MemoryBuffer::getFile(path);

    if (!buffer) {
        error = path + ": " + buffer.getError().message();
        return false;
    }
    auto value = llvm::json::parse((*buffer)->getBuffer());
    const llvm::json::Object *object = value ? value->getAsObject() : nullptr;
    if (!value)
        llvm::consumeError(value.takeError());
    auto hash = object == nullptr ? std::nullopt : object->getString("source_sha256");
    const llvm::json::Array *list = object == nullptr ? nullptr : object->getArray("proved");
    if (!hash || list == nullptr) {
        error = path + ": is no list of proofs (\"source_sha256\" and \"proved\" are missing)";
        return false;
    }
    if (*hash != source_hash(unit)) {
        llvm::errs() << unit.path << ": " << path << " was proved of another source; every check is kept\n";
        return true;
    }
    std::set<uint32_t> proved;
    for (const llvm::json::Value &v : *list)
        if (auto s = v.getAsString())
            proved.insert((uint32_t)strtoul(s->str().c_str(), nullptr, 16));
    for (Site &s : unit.sites)
        if ((s.fate == Fate::Check || s.fate == Fate::Hoisted) && proved.count(s.id)) {
            s.fate = Fate::Proved;
            s.argument = "proved by the verifier (" + path + "); " + s.argument;
        }
    return true;
}

} // namespace safecc
