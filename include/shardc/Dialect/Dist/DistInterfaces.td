//===- DistInterfaces.td - What passes ask of operations on states -----------------------------===//
#ifndef SHARDC_DIALECT_DIST_DISTINTERFACES_TD
#define SHARDC_DIALECT_DIST_DISTINTERFACES_TD

include "mlir/IR/OpBase.td"

def StateUserOpInterface : OpInterface<"StateUserOpInterface"> {
  let cppNamespace = "::shardc::dist";
  let description = [{ An operation that reads or writes a parameter or another state. }];
  let methods = [
    InterfaceMethod<"Returns the parameter or the state.", "::mlir::FlatSymbolRefAttr", "getSymbolAttr", (ins)>,
    InterfaceMethod<"Returns the part of a parameter; nothing for another state.", "::std::optional<::shardc::dist::Part>", "getUsedPart", (ins)>,
  ];
}

#endif // SHARDC_DIALECT_DIST_DISTINTERFACES_TD
