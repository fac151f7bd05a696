//===- ExecEnums.td - The closed sets of exec --------------------------------------------------===//
#ifndef SHARDC_DIALECT_EXEC_EXECENUMS_TD
#define SHARDC_DIALECT_EXEC_EXECENUMS_TD

include "mlir/IR/EnumAttr.td"

class Exec_Enum<string name, string summary, list<EnumCase> cases> : I32Enum<name, summary, cases> {
  let cppNamespace = "::shardc::exec";
}

def Exec_CollectiveKind : Exec_Enum<"CollectiveKind", "What a collective does", [
  I32EnumCase<"AllReduce", 0, "all_reduce">, I32EnumCase<"AllGather", 1, "all_gather">,
  I32EnumCase<"ReduceScatter", 2, "reduce_scatter">]>;

def Exec_Reduction : Exec_Enum<"Reduction", "How a collective combines what the ranks have", [
  I32EnumCase<"Sum", 0, "sum">, I32EnumCase<"Max", 1, "max">]>;

/// The numbers are those of the runtime's streams.
def Exec_Stream : Exec_Enum<"Stream", "A queue of tasks that run one after another", [
  I32EnumCase<"Compute", 0, "compute">, I32EnumCase<"Gather", 1, "gather">, I32EnumCase<"Reduce", 2, "reduce">,
  I32EnumCase<"Copy", 3, "copy">]>;

def Exec_Phase : Exec_Enum<"Phase", "A pass through the model", [
  I32EnumCase<"Forward", 0, "forward">, I32EnumCase<"Backward", 1, "backward">]>;

/// Persistent kinds first: those of states. Gathered parameters and what follows are kinds of buffers.
def Exec_MemoryKind : Exec_Enum<"MemoryKind", "What bytes are for", [
  I32EnumCase<"Parameters", 0, "parameters">, I32EnumCase<"Gradients", 1, "gradients">,
  I32EnumCase<"Optimizer", 2, "optimizer">, I32EnumCase<"Inputs", 3, "inputs">, I32EnumCase<"Scalars", 4, "scalars">,
  I32EnumCase<"GatheredParameters", 5, "gathered_parameters">, I32EnumCase<"Activations", 6, "activations">,
  I32EnumCase<"GradientsInFlight", 7, "gradients_in_flight">, I32EnumCase<"Temporaries", 8, "temporaries">,
  I32EnumCase<"Workspace", 9, "workspace">]>;

#endif // SHARDC_DIALECT_EXEC_EXECENUMS_TD
