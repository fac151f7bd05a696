//===- DistEnums.td - The closed sets of dist --------------------------------------------------===//
#ifndef SHARDC_DIALECT_DIST_DISTENUMS_TD
#define SHARDC_DIALECT_DIST_DISTENUMS_TD

include "mlir/IR/EnumAttr.td"
include "shardc/Dialect/Dist/DistDialect.td"

class Dist_Enum<string name, string summary, list<EnumCase> cases> : I32Enum<name, summary, cases> {
  let cppNamespace = "::shardc::dist";
}

def Dist_Part : Dist_Enum<"Part", "What is kept of a parameter", [
  I32EnumCase<"Value", 0, "value">, I32EnumCase<"Gradient", 1, "gradient">, I32EnumCase<"Moment1", 2, "moment1">,
  I32EnumCase<"Moment2", 3, "moment2">]>;
def Dist_PartAttr : EnumAttr<Dist_Dialect, Dist_Part, "part"> {
  let assemblyFormat = "`<` $value `>`";
}

def Dist_StateKind : Dist_Enum<"StateKind", "Who gives a state its values", [
  I32EnumCase<"Scalar", 0, "scalar">, I32EnumCase<"Input", 1, "input">]>;
def Dist_StateKindAttr : EnumAttr<Dist_Dialect, Dist_StateKind, "state_kind">;

def Dist_Residual : Dist_Enum<"Residual", "How the backward pass comes by a value of the forward pass", [
  I32EnumCase<"Keep", 0, "keep">, I32EnumCase<"Recompute", 1, "recompute">]>;
def Dist_ResidualAttr : EnumAttr<Dist_Dialect, Dist_Residual, "residual"> {
  let assemblyFormat = "`<` $value `>`";
}

#endif // SHARDC_DIALECT_DIST_DISTENUMS_TD
