//===- ExecInterfaces.td - What schedule and place ask of a task -------------------------------===//
#ifndef SHARDC_DIALECT_EXEC_EXECINTERFACES_TD
#define SHARDC_DIALECT_EXEC_EXECINTERFACES_TD

include "mlir/IR/OpBase.td"

def TaskOpInterface : OpInterface<"TaskOpInterface"> {
  let cppNamespace = "::shardc::exec";
  let description = [{
    A unit of work on a stream, which reads its operands and writes its results. Whoever creates a task says what its results hold, schedule gives it its order, and place its bytes.
  }];
  let methods = [
    InterfaceMethod<"Returns the bytes of workspace.", "int64_t", "getWorkspaceBytes", (ins)>,
    InterfaceMethod<[{
        Returns true if result `result` may lie where operand `operand` lies.
      }], "bool", "mayAlias", (ins "unsigned":$result, "unsigned":$operand)>,
    InterfaceMethod<[{
        Returns the name of what runs: a kernel, a function of the runtime, a kind of collective, or a copy.
      }], "::llvm::StringRef", "getCallee", (ins)>,
    InterfaceMethod<"Returns the order, or null before schedule.", "::shardc::exec::OrderAttr", "getOrderAttr", (ins)>,
    InterfaceMethod<"Sets the order.", "void", "setOrderAttr", (ins "::shardc::exec::OrderAttr":$order)>,
    InterfaceMethod<"Returns the bytes, or null before place.", "::shardc::exec::BytesAttr", "getBytesAttr", (ins)>,
    InterfaceMethod<"Sets the bytes.", "void", "setBytesAttr", (ins "::shardc::exec::BytesAttr":$bytes)>,
    InterfaceMethod<"Returns what the results hold, or null.", "::shardc::exec::HoldsAttr", "getHoldsAttr", (ins)>,
    InterfaceMethod<"Sets what the results hold.", "void", "setHoldsAttr", (ins "::shardc::exec::HoldsAttr":$holds)>,
  ];
  let verify = "return verifyTask(::llvm::cast<::shardc::exec::TaskOpInterface>($_op));";
  let extraClassDeclaration = [{
    /// Returns the id within the section.
    std::optional<int64_t> getTaskId() { return getOrderAttr() ? getOrderAttr().getId() : std::nullopt; }
    /// Returns the stream; a task that nobody gave one is computation.
    Stream getStream() { return getOrderAttr() ? getOrderAttr().getStream() : Stream::Compute; }
    /// Returns the ids of earlier tasks on other streams that this one waits for.
    llvm::ArrayRef<int64_t> getWaits() {
      return getOrderAttr() ? getOrderAttr().getWaits() : llvm::ArrayRef<int64_t>();
    }
    void setStream(Stream stream);
    /// Sets id and waits, and leaves the stream.
    void setOrder(int64_t id, llvm::ArrayRef<int64_t> waits);

    /// Returns the offset of each result; none before place.
    llvm::ArrayRef<int64_t> getOffsets() {
      return getBytesAttr() ? getBytesAttr().getOffsets() : llvm::ArrayRef<int64_t>();
    }
    std::optional<int64_t> getWorkspaceOffset() { return getBytesAttr() ? getBytesAttr().getWorkspace() : std::nullopt; }
    void setBytes(llvm::ArrayRef<int64_t> offsets, std::optional<int64_t> workspace);

    /// Returns what result `result` holds: a value of the model's computation unless its creator said otherwise.
    MemoryKind getMemoryKind(unsigned result);
    void setMemoryKind(unsigned result, MemoryKind kind);
  }];
}

#endif // SHARDC_DIALECT_EXEC_EXECINTERFACES_TD
