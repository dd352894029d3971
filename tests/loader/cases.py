# SPDX-License-Identifier: MIT
"""The crafted files. Every message of loader/*.c is in here."""
import cases_elf
import cases_module
import cases_signed
import cases_symbols
from rows import Table

PARTS = (
    cases_elf.header_cases, cases_elf.section_null_cases, cases_elf.section_name_cases, cases_elf.section_shape_cases,
    cases_elf.section_place_cases, cases_elf.table_cases,
    cases_symbols.symbol_table_cases, cases_symbols.symbol_kind_cases, cases_symbols.symbol_place_cases,
    cases_symbols.relocation_section_cases, cases_symbols.relocation_place_cases, cases_symbols.relocation_target_cases,
    cases_module.manifest_cases, cases_module.port_cases, cases_module.record_cases, cases_module.link_cases, cases_module.good_cases,
    cases_signed.bundle_cases,
)


def table(real, signed_by):
    """real: {name: a shipped module, not signed}; signed_by(content, kind, key): the signed file."""
    t = Table(real)
    for part in PARTS:
        part(t)
    cases_signed.signature_cases(t, signed_by)
    return t.rows
