//===- NNModuleOps.td - Modules, parameters, instances -----------------------------------------===//
#ifndef SHARDC_DIALECT_NN_NNMODULEOPS_TD
#define SHARDC_DIALECT_NN_NNMODULEOPS_TD

include "shardc/Dialect/NN/NNBase.td"

def NN_ModuleOp : NN_Op<"module", [Symbol, NoTerminator, SingleBlock, IsolatedFromAbove, HasParent<"::mlir::ModuleOp">,
                                   DeclareOpInterfaceMethods<ModuleClassOpInterface>,
                                   DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "A module class";
  let description = [{
    Holds parameters, instances and one `nn.forward`.

    Example:
    ```mlir
    nn.module @Linear_64x32 {
      nn.parameter @weight : tensor<64x32xf32>
      nn.forward(%x: tensor<2x8x32xf32>) -> tensor<2x8x64xf32> {
        %w = nn.use @weight : tensor<64x32xf32>
        %0 = nn.linear %x, %w : (tensor<2x8x32xf32>, tensor<64x32xf32>) -> tensor<2x8x64xf32>
        nn.return %0 : tensor<2x8x64xf32>
      }
    }
    ```

    Constraints: (C1) exactly one `nn.forward`, and it comes last. (C2) names of parameters and instances are unique.
    (C3) no class holds an instance of itself, at any depth. (C4) the parts of a tensor lie one behind the other along one dimension
    and make up the whole.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

def NN_ParameterOp : NN_Op<"parameter", [HasParent<"ModuleOp">, DeclareOpInterfaceMethods<ParameterOpInterface>]> {
  let summary = "A parameter of a module class";
  let description = [{
    It has a gradient and an optimizer. `init` is `normal` (mean 0, the model's initializer_range), `ones` or `zeros`.

    A checkpoint may keep several parameters in one tensor, side by side along a dimension: each then says of which tensor it is a part,
    where it begins and the tensor's size there. It is sharded, initialised and updated by itself.

    Examples:
    ```mlir
    nn.parameter @weight : tensor<64x32xf32> init "ones"
    nn.parameter @weight_k : tensor<16x32xf32> part of "weight" dim 0 at 32 size 64
    ```

    Constraints: (C1) `init` is one of these. (C2) a part says tensor, dimension, place and size, and lies within the tensor.
  }];
  let arguments = (ins StrAttr:$name, TypeAttrOf<NN_Wide>:$type, DefaultValuedAttr<StrAttr, "\"normal\"">:$init,
                       OptionalAttr<StrAttr>:$tensor, OptionalAttr<I64Attr>:$tensor_dim, OptionalAttr<I64Attr>:$tensor_at,
                       OptionalAttr<I64Attr>:$tensor_size);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

def NN_InstanceOp : NN_Op<"instance", [HasParent<"ModuleOp">, DeclareOpInterfaceMethods<InstanceOpInterface>,
                                       DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "An instance, or a list of instances, of other classes";
  let description = [{
    The elements of a list are runs of one class each. Numbers in which elements differ, such as their place in the model, are listed behind `each`, one list of numbers for each further
    operand, tensor<i32>, that the elements take behind those of the call: elements that differ in them alone are compiled once. `tie` lists parameters of the instance that are parameters elsewhere, both named by dotted path: below the instance, and below
    the class that holds it. A tied parameter is one parameter with two uses.

    Example:
    ```mlir
    nn.instance @layers : 16 x @LlamaDecoderLayer
    nn.instance @blocks : 5 x @LocalLayer, 1 x @GlobalLayer
    nn.instance @stack : 3 x @IndexedLayer each [[0, 1, 2]]
    nn.instance @lm_head : @Linear_256x64 tie ["weight" = "model.embed_tokens.weight"]
    ```

    Constraints: (C1) the classes exist. (C2) each run has at least one element. (C3) both sides of a tie exist and have one type.
    (C4) a list has as many counts as classes, a single instance one class. (C5) only a list has numbers, and one for each of its elements.
  }];
  let arguments = (ins StrAttr:$name, FlatSymbolRefArrayAttr:$classes, OptionalAttr<DenseI64ArrayAttr>:$counts,
                       OptionalAttr<TypedArrayAttrBase<DenseI32ArrayAttr, "lists of numbers">>:$numbers, OptionalAttr<StrArrayAttr>:$tied, OptionalAttr<StrArrayAttr>:$tied_to);
  let hasCustomAssemblyFormat = 1;
}

def NN_ForwardOp : NN_Op<"forward", [HasParent<"ModuleOp">, SingleBlock,
                                     DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "The forward function of a module class";
  let description = [{
    Its arguments have names, in text those of their values. The arguments of the model's root are its inputs, which a program is given by these names.

    Example: see `nn.module`. Constraints: (C1) it ends in an `nn.return` of its result types. (C2) each argument has a name of its own, of letters, digits and `_`, which begins with none of the digits.
  }];
  let arguments = (ins TypeAttrOf<FunctionType>:$function_type, StrArrayAttr:$argument_names);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

def NN_ReturnOp : NN_Op<"return", [Pure, Terminator, HasParent<"ForwardOp">]> {
  let summary = "Ends a forward function";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

def NN_UseOp : NN_Op<"use", [Pure, HasParent<"ForwardOp">, DeclareOpInterfaceMethods<ParameterUseOpInterface>]> {
  let summary = "The value of a parameter";
  let description = [{
    Example: `%w = nn.use @weight : tensor<64x32xf32>`. Constraint: (C1) the class has that parameter, of that type.
  }];
  let arguments = (ins FlatSymbolRefAttr:$parameter);
  let results = (outs NN_Float:$result);
  let assemblyFormat = "$parameter attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def NN_CallOp : NN_Op<"call", [HasParent<"ForwardOp">, DeclareOpInterfaceMethods<ModuleCallOpInterface>,
                               DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Applies an instance";
  let description = [{
    A call of a list runs through all of its elements: the result of one is the first operand of the next. Behind the operands of the call each element takes its numbers.

    Example:
    ```mlir
    %0 = nn.call @input_layernorm(%x) : (tensor<2x8x32xf32>) -> tensor<2x8x32xf32>
    ```

    Constraints: (C1) the class of the caller has that instance. (C2) operand and result types are those of the forward function of
    the instance's classes, a list's numbers behind them. (C3) a class of a list has one result, of the type of its first operand.
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<AnyType>:$inputs);
  let results = (outs Variadic<AnyType>:$outputs);
  let assemblyFormat = "$callee `(` $inputs `)` attr-dict `:` functional-type($inputs, $outputs)";
}

#endif // SHARDC_DIALECT_NN_NNMODULEOPS_TD
