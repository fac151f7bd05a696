//===- NNBase.td - What the operations of nn share ---------------------------------------------===//
#ifndef SHARDC_DIALECT_NN_NNBASE_TD
#define SHARDC_DIALECT_NN_NNBASE_TD

include "shardc/Dialect/NN/NNDialect.td"
include "shardc/Interfaces/OpInterfaces.td"
include "shardc/Interfaces/ModuleInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"

def NN_Float : StaticShapeTensorOf<[BF16, F32, F64]>;
/// Statistics, losses, gradients of weights: what sums of many elements are taken in. Float32 where the elements are bfloat16.
def NN_Wide : StaticShapeTensorOf<[F32, F64]>;
def NN_Index : StaticShapeTensorOf<[I32]>;
def NN_Tensor : StaticShapeTensorOf<[BF16, F32, F64, I32]>;

class NN_Op<string mnemonic, list<Trait> traits = []> : Op<NN_Dialect, mnemonic, traits>;

/// A tensor operation of the forward pass: all four interfaces, implemented in one .cpp file.
class NN_ComputeOp<string mnemonic, list<Trait> traits = [], list<string> sharding = [], list<string> lowering = [],
                   list<string> cost = []>
    : NN_Op<mnemonic, !listconcat([Pure,
        DeclareOpInterfaceMethods<ShardingRuleOpInterface, sharding>,
        DeclareOpInterfaceMethods<DifferentiableOpInterface>,
        DeclareOpInterfaceMethods<CostOpInterface, cost>,
        DeclareOpInterfaceMethods<LowerableOpInterface, lowering>], traits)> {
  let hasVerifier = 1;
}

/// A tensor operation that derivatives and the optimizer are made of; it has no derivative itself.
class NN_GradOp<string mnemonic, list<Trait> traits = [], list<string> lowering = []>
    : NN_Op<mnemonic, !listconcat([Pure,
        DeclareOpInterfaceMethods<ShardingRuleOpInterface>,
        DeclareOpInterfaceMethods<CostOpInterface>,
        DeclareOpInterfaceMethods<LowerableOpInterface, lowering>], traits)> {
  let hasVerifier = 1;
}

#endif // SHARDC_DIALECT_NN_NNBASE_TD
