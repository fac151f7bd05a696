//===- ExecInterfaces.td - What schedule and place ask of a task -------------------------------===//
#ifndef SHARDC_DIALECT_EXEC_EXECINTERFACES_TD
#define SHARDC_DIALECT_EXEC_EXECINTERFACES_TD

include "mlir/IR/OpBase.td"

def TaskOpInterface : OpInterface<"TaskOpInterface"> {
  let cppNamespace = "::shardc::exec";
  let description = [{ A unit of work on a stream, which reads its operands and writes its results. }];
  let methods = [
    InterfaceMethod<"Returns the bytes of workspace.", "int64_t", "getWorkspaceBytes", (ins)>,
    InterfaceMethod<[{
        Returns true if result `result` may lie where operand `operand` lies.
      }], "bool", "mayAlias", (ins "unsigned":$result, "unsigned":$operand)>,
    InterfaceMethod<"Returns the id within the section.", "::std::optional<int64_t>", "getTaskId", (ins), "", [{
        if (auto attr = $_op->template getAttrOfType<::mlir::IntegerAttr>("id")) return attr.getInt();
        return std::nullopt;
      }]>,
  ];
}

#endif // SHARDC_DIALECT_EXEC_EXECINTERFACES_TD
