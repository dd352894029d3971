/* SPDX-License-Identifier: MIT */
/*
 * Every memory access that clang makes of the source has an address that a site accounts for.
 *
 * The audit's own compilation passes each pointer that a site covers through sc_covered(), and each index through
 * sc_covered_index(). In unoptimised IR the address of an access is then: a local or global with constant offsets inside
 * it; or the result of sc_covered() with constant offsets inside the type it was given; with every variable index the
 * result of sc_covered_index(). Anything else is an access nobody thought of.
 */
#include "back/back.h"

#include <fstream>

#include "emit/emit.h"
#include "engine/flow.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/SourceMgr.h"

namespace safecc {
namespace {

bool call_of(const llvm::Value *v, const char *name)
{
    const auto *call = llvm::dyn_cast<llvm::CallInst>(v);

    return call != nullptr && call->getCalledFunction() != nullptr && call->getCalledFunction()->getName() == name;
}

bool covered_index(const llvm::Value *v)
{
    while (llvm::isa<llvm::CastInst>(v))
        v = llvm::cast<llvm::CastInst>(v)->getOperand(0);
    return llvm::isa<llvm::ConstantInt>(v) || call_of(v, "sc_covered_index");
}

/* A constant index stays in its array; the first one moves over whole objects and must be 0 or covered. */
bool indices_fine(const llvm::GEPOperator *gep, bool covered_base)
{
    llvm::Type *type = gep->getSourceElementType();
    bool first = true;

    for (const llvm::Use &index : gep->indices()) {
        const auto *constant = llvm::dyn_cast<llvm::ConstantInt>(index.get());
        if (constant == nullptr) {
            if (!covered_index(index.get()))
                return false;
        } else if (first) {
            /* p[2] of a covered pointer: SC-07 has seen it and its index is marked, unless it is a constant clang folded. */
            if (!constant->isZero() && !covered_base)
                return false;
        } else if (auto *array = llvm::dyn_cast<llvm::ArrayType>(type)) {
            if (constant->getZExtValue() >= array->getNumElements() && array->getNumElements() != 0)
                return false;
        }
        if (!first) {
            if (auto *structure = llvm::dyn_cast<llvm::StructType>(type))
                type = structure->getElementType((unsigned)llvm::cast<llvm::ConstantInt>(index.get())->getZExtValue());
            else if (auto *array = llvm::dyn_cast<llvm::ArrayType>(type))
                type = array->getElementType();
        }
        first = false;
    }
    return true;
}

/* Is the address accounted for? direct: an object itself, not worth counting. */
bool accounted(const llvm::Value *address, bool &direct, unsigned depth = 0)
{
    direct = false;
    if (depth > 40)
        return false;
    if (const auto *gep = llvm::dyn_cast<llvm::GEPOperator>(address)) {
        bool base_direct = false;
        if (!accounted(gep->getPointerOperand(), base_direct, depth + 1))
            return false;
        direct = base_direct && gep->hasAllConstantIndices();
        return indices_fine(gep, call_of(gep->getPointerOperand(), "sc_covered"));
    }
    if (llvm::isa<llvm::AllocaInst>(address) || llvm::isa<llvm::GlobalObject>(address)) {
        direct = true;
        return true;
    }
    if (const auto *arg = llvm::dyn_cast<llvm::Argument>(address))
        return direct = arg->hasByValAttr() || arg->hasStructRetAttr();
    if (call_of(address, "sc_covered"))
        return true;
    if (const auto *intrinsic = llvm::dyn_cast<llvm::IntrinsicInst>(address))
        return intrinsic->getIntrinsicID() == llvm::Intrinsic::threadlocal_address ? direct = true : false;
    /* c ? &a : &b */
    if (const auto *select = llvm::dyn_cast<llvm::SelectInst>(address)) {
        bool a, b;
        return accounted(select->getTrueValue(), a, depth + 1) && accounted(select->getFalseValue(), b, depth + 1);
    }
    if (const auto *phi = llvm::dyn_cast<llvm::PHINode>(address)) {
        bool a;
        for (const llvm::Value *v : phi->incoming_values())
            if (!accounted(v, a, depth + 1))
                return false;
        return true;
    }
    if (const auto *cast = llvm::dyn_cast<llvm::ConstantExpr>(address))
        return cast->isCast() ? accounted(cast->getOperand(0), direct, depth + 1) : false;
    return false;
}

std::vector<const llvm::Value *> addresses(const llvm::Instruction &i)
{
    if (const auto *load = llvm::dyn_cast<llvm::LoadInst>(&i))
        return { load->getPointerOperand() };
    if (const auto *store = llvm::dyn_cast<llvm::StoreInst>(&i))
        return { store->getPointerOperand() };
    if (const auto *rmw = llvm::dyn_cast<llvm::AtomicRMWInst>(&i))
        return { rmw->getPointerOperand() };
    if (const auto *cx = llvm::dyn_cast<llvm::AtomicCmpXchgInst>(&i))
        return { cx->getPointerOperand() };
    if (const auto *copy = llvm::dyn_cast<llvm::MemTransferInst>(&i))
        return { copy->getRawDest(), copy->getRawSource() };
    if (const auto *set = llvm::dyn_cast<llvm::MemSetInst>(&i))
        return { set->getRawDest() };
    return {};
}

/* The function whose text the instruction came from: f, or one that was inlined into it. */
std::string written_in(const llvm::Function &f, const llvm::Instruction &i)
{
    if (const llvm::DebugLoc &at = i.getDebugLoc())
        if (const auto *scope = llvm::dyn_cast_or_null<llvm::DILocalScope>(at.getScope()))
            if (const llvm::DISubprogram *p = scope->getSubprogram())
                return p->getName().str();
    return f.getName().str();
}

/* Offset in the audit's text of a line and column; lines are counted from 1. */
class Lines {
public:
    explicit Lines(const std::string &text)
    {
        starts.push_back(0);
        for (size_t i = 0; i < text.size(); i++)
            if (text[i] == '\n')
                starts.push_back(i + 1);
    }
    std::string of(const std::string &text, unsigned line) const
    {
        if (line == 0 || line > starts.size())
            return "";
        size_t end = text.find('\n', starts[line - 1]);
        return text.substr(starts[line - 1], std::min(end == std::string::npos ? text.size() : end, starts[line - 1] + 160) - starts[line - 1]);
    }

private:
    std::vector<size_t> starts;
};

} // namespace

void audit_accesses(const Unit &unit, const std::string &scratch, const std::vector<std::string> &args, Audit &audit)
{
    auto &mutable_unit = const_cast<Unit &>(unit);
    std::string text = audit_text(mutable_unit), source = scratch + ".audit.c", ir = scratch + ".audit.ll", error;
    std::vector<std::string> argv = { "clang-19" };
    std::vector<llvm::StringRef> refs;
    std::set<std::string> judged;
    auto clang = llvm::sys::findProgramByName("clang-19");

    std::ofstream(source, std::ios::binary) << text;
    for (const std::string &a : code_generation(*unit.options, args))
        if (a.rfind("-O", 0) != 0 && a.rfind("-fsanitize", 0) != 0 && a.rfind("-ftrivial", 0) != 0 && a != "-g" && a.rfind("-M", 0) != 0)
            argv.push_back(a);
    argv.insert(argv.end(), { "-O0", "-gline-tables-only", "-x", "c", "-S", "-emit-llvm", source, "-o", ir });
    for (const std::string &a : argv)
        refs.push_back(a);
    if (!clang || llvm::sys::ExecuteAndWait(*clang, refs, std::nullopt, {}, 0, 0, &error) != 0) {
        audit.error = source + ": the audit's own source does not compile " + error;
        return;
    }
    llvm::LLVMContext context;
    llvm::SMDiagnostic diagnostic;
    std::unique_ptr<llvm::Module> module = llvm::parseIRFile(ir, diagnostic, context);
    if (module == nullptr) {
        audit.error = ir + ": " + diagnostic.getMessage().str();
        return;
    }
    for (const clang::FunctionDecl *f : judged_functions(mutable_unit))
        judged.insert(f->getNameAsString());
    Lines lines(text);
    for (const llvm::Function &f : *module) {
        for (const llvm::Instruction &i : llvm::instructions(f)) {
            if (!judged.count(written_in(f, i)))
                continue;
            for (const llvm::Value *address : addresses(i)) {
                bool direct = false, good = accounted(address, direct);
                if (direct)
                    continue;
                audit.accesses++;
                unsigned line = i.getDebugLoc() ? i.getDebugLoc().getLine() : 0;
                if (!good && !unit.island_lines.count(line))
                    audit.uncovered.push_back(f.getName().str() + ": `" + lines.of(text, line) + "` (" + source + ":" + std::to_string(line) + ")");
            }
        }
    }
    if (audit.uncovered.empty()) {
        llvm::sys::fs::remove(source);
        llvm::sys::fs::remove(ir);
    }
}

} // namespace safecc
