/* SPDX-License-Identifier: MIT */
/* emit.h - the checked source. */
#ifndef SAFECC_EMIT_H
#define SAFECC_EMIT_H

#include "safecc.h"

namespace safecc {

/* Move loop checks that must fail in any case in front of their loop (fate Hoisted). */
void hoist_checks(Unit &unit);
/*
 * Fate Proved for every check that the verifier's list holds for exactly this source: a JSON object with
 * "source_sha256" (of the checked text with no check dropped, without its folder's name) and "proved": ["0x07......", ...].
 * A list for another source changes nothing. False with a message when the file cannot be read.
 */
bool proofs_apply(Unit &unit, const std::string &path, std::string &error);
/* The hash such a list must name. */
std::string source_hash(const Unit &unit);
/* The flat text with the edits of every site that is still a check, behind the definition of SC_CHECK. */
std::string checked_text(const Unit &unit);
/* To be put behind the checked text: section .sc_types, hashes of what the object shares with others. */
std::string type_records(const Unit &unit);
/* The flat text without line directives, each operand that a site accounts for passed through sc_covered(). */
std::string audit_text(Unit &unit);

} // namespace safecc
#endif
