//===- ExecAttrs.td - The attributes of exec ---------------------------------------------------===//
#ifndef SHARDC_DIALECT_EXEC_EXECATTRS_TD
#define SHARDC_DIALECT_EXEC_EXECATTRS_TD

include "mlir/IR/AttrTypeBase.td"
include "shardc/Dialect/Exec/ExecDialect.td"
include "shardc/Dialect/Exec/ExecEnums.td"

class Exec_Attr<string name, string attrMnemonic> : AttrDef<Exec_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def Exec_CollectiveKindAttr : EnumAttr<Exec_Dialect, Exec_CollectiveKind, "collective_kind">;
def Exec_ReductionAttr : EnumAttr<Exec_Dialect, Exec_Reduction, "reduction">;
def Exec_PhaseAttr : EnumAttr<Exec_Dialect, Exec_Phase, "phase">;
def Exec_MemoryKindAttr : EnumAttr<Exec_Dialect, Exec_MemoryKind, "memory_kind">;

def Exec_OrderAttr : Exec_Attr<"Order", "order"> {
  let summary = "When a task runs: what schedule decides";
  let description = [{
    The id is unique in the section and ascends in list order; it is missing until all streams are known. A task runs after those before it on its stream, and after the earlier tasks
    on other streams that `after` names. Example: `#exec.order<12 on compute after [7, 9]>`
  }];
  let parameters = (ins OptionalParameter<"::std::optional<int64_t>">:$id, EnumParameter<Exec_Stream>:$stream,
                        OptionalArrayRefParameter<"int64_t">:$waits);
  let assemblyFormat = "`<` ($id^ ` `)? `on` $stream (`after` ` ` `[` $waits^ `]`)? `>`";
}

def Exec_BytesAttr : Exec_Attr<"Bytes", "bytes"> {
  let summary = "Where a task's results and workspace lie in the arena: what place decides";
  let description = [{
    One offset for each result; that of the workspace if the task has one. Example: `#exec.bytes<[4096, 8192] workspace 0>`
  }];
  let parameters = (ins OptionalArrayRefParameter<"int64_t">:$offsets, OptionalParameter<"::std::optional<int64_t>">:$workspace);
  let assemblyFormat = "`<` `[` (`]`) : ($offsets^ `]`)? (`workspace` $workspace^)? `>`";
}

def Exec_HoldsAttr : Exec_Attr<"Holds", "holds"> {
  let summary = "What the results of a task are for";
  let description = [{ One kind for all results, or one for each. Example: `#exec.holds<gathered_parameters>` }];
  let parameters = (ins ArrayRefParameter<"::shardc::exec::MemoryKind">:$kinds);
  let assemblyFormat = "`<` $kinds `>`";
}

#endif // SHARDC_DIALECT_EXEC_EXECATTRS_TD
