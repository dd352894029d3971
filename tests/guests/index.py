"""Prints the index of the test guests, from their headers."""
import header

print("# Test guests\n")
print("| Guest | Purpose | Checks | Where Xen answers otherwise |")
print("| --- | --- | --- | --- |")
for name in header.names():
    fields = header.read(name)
    expect = f" {fields['expect']}" if fields["expect"] else ""
    print(f"| {name} | {fields['purpose']} | {fields['checks']}{expect} | {'; '.join(fields['differs'])} |")
