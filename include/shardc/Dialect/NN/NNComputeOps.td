//===- NNComputeOps.td - Tensor operations of the forward pass ---------------------------------===//
//
// b is the batch, t the sequence, d the model's width; types are written without encodings.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_DIALECT_NN_NNCOMPUTEOPS_TD
#define SHARDC_DIALECT_NN_NNCOMPUTEOPS_TD

include "shardc/Dialect/NN/NNBase.td"

/// What operations declare whose results are all statistics.
defvar wideResults = "::mlir::Type getResultElementType(unsigned, ::mlir::Type elementType) { return wideOf(elementType); }";

class NN_Unary<string mnemonic> : NN_ComputeOp<mnemonic, [AllTypesMatch<["x", "result"]>]> {
  let arguments = (ins NN_Float:$x);
  let results = (outs NN_Float:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let hasVerifier = 0;
}

/// Operands and result have one shape; encodings may differ, so types are printed in full where they do.
class NN_Binary<string mnemonic, list<string> lowering = []> : NN_ComputeOp<mnemonic, [], [], lowering> {
  let arguments = (ins NN_Float:$lhs, NN_Float:$rhs);
  let results = (outs NN_Float:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def NN_SiluOp : NN_Unary<"silu"> {
  let summary = "x * sigmoid(x)";
  let description = [{ Example: `%0 = nn.silu %x : tensor<2x8x64xf32>` }];
}

def NN_GeluOp : NN_Unary<"gelu"> {
  let summary = "x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))";
  let description = [{
    The form with tanh, which equals x * sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)).
    Example: `%0 = nn.gelu %x : tensor<2x8x64xf32>`
  }];
}

def NN_ScaleOp : NN_ComputeOp<"scale", [AllTypesMatch<["x", "result"]>]> {
  let summary = "x times a constant";
  let description = [{ Linear. Example: `%0 = nn.scale %x by 8.0 : tensor<2x8x64xf32>` }];
  let arguments = (ins NN_Float:$x, F64Attr:$factor);
  let results = (outs NN_Float:$result);
  let assemblyFormat = "$x `by` $factor attr-dict `:` type($x)";
  let hasVerifier = 0;
}

def NN_CastOp : NN_ComputeOp<"cast", [PrecisionOpInterface]> {
  let summary = "x in another element type";
  let description = [{
    Rounded to the nearest, ties to even. Linear. Example: `%0 = nn.cast %x : (tensor<2x8x64xbf16>) -> tensor<2x8x64xf32>`
    Constraint: (C1) operand and result have one shape.
  }];
  let arguments = (ins NN_Float:$x);
  let results = (outs NN_Float:$result);
  let extraClassDeclaration = [{
    ::mlir::Type getResultElementType(unsigned, ::mlir::Type) { return ::mlir::getElementTypeOrSelf(getResult()); }
  }];
  let assemblyFormat = "$x attr-dict `:` functional-type(operands, results)";
}

def NN_AddOp : NN_Binary<"add", ["getTermAddedTo"]> {
  let summary = "lhs + rhs, elementwise";
  let description = [{
    Linear in both operands jointly.
    Example: `%0 = nn.add %x, %y : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>`
    Constraint: (C1) operands and result have one shape and element type.
  }];
}

def NN_SubOp : NN_Binary<"sub"> {
  let summary = "lhs - rhs, elementwise";
  let description = [{ As `nn.add`. Constraint: (C1) operands and result have one shape and element type. }];
}

def NN_MulOp : NN_Binary<"mul"> {
  let summary = "lhs * rhs, elementwise";
  let description = [{
    Linear in each operand. Constraint: (C1) operands and result have one shape and element type.
  }];
}

def NN_LinearOp : NN_ComputeOp<"linear", [], [], ["getLibraryCall", "getAddingFunction", "getNumRowDims"]> {
  let summary = "x times the transpose of the weight, over the last dimension";
  let description = [{
    weight is [out, in] as in torch's Linear; with `transposed` it is [in, out] and not transposed.

    Rule: `... k, n k -> ... n`, k contracted.
    Example: `%0 = nn.linear %x, %w : (tensor<2x8x32xf32>, tensor<64x32xf32>) -> tensor<2x8x64xf32>`
    Constraints: (C1) the weight has rank 2. (C2) its in-size is the last size of x. (C3) the result is x with the weight's out-size last.
  }];
  let arguments = (ins NN_Float:$x, NN_Float:$weight, UnitAttr:$transposed);
  let results = (outs NN_Float:$result);
  let assemblyFormat = "$x `,` $weight (`transposed` $transposed^)? attr-dict `:` functional-type(operands, results)";
}

def NN_AddBiasOp : NN_ComputeOp<"add_bias", [], [], ["getTermAddedTo"]> {
  let summary = "x plus a vector, over the last dimension";
  let description = [{
    Rule: `... n, n -> ... n`, linear in both operands jointly: a partial x is reduced first, so that the bias is added once.
    Example: `%0 = nn.add_bias %x, %b : (tensor<2x8x64xf32>, tensor<64xf32>) -> tensor<2x8x64xf32>`
    Constraints: (C1) the bias is a vector of the last size of x. (C2) the result is like x.
  }];
  let arguments = (ins NN_Float:$x, NN_Float:$bias);
  let results = (outs NN_Float:$result);
  let assemblyFormat = "$x `,` $bias attr-dict `:` functional-type(operands, results)";
}

def NN_EmbeddingOp : NN_ComputeOp<"embedding", [], ["buildSharded"]> {
  let summary = "Rows of a table";
  let description = [{
    A negative index gives a row of zeros. Rule: `b t, v d -> b t d` (any leading dimensions), v custom: indices become local ones, each rank looks up
    the rows it has, and the result is P. `grad` are the indices of the rows that the table's gradient is added to, negative where there is none; the
    indices where it is absent.

    Example: `%0 = nn.embedding %ids, %table : (tensor<2x8xi32>, tensor<256x32xf32>) -> tensor<2x8x32xf32>`
    Constraints: (C1) the table has rank 2. (C2) the result is the shape of the indices followed by the table's width. (C3) both indices have one shape.
  }];
  let arguments = (ins NN_Index:$indices, NN_Float:$table, Optional<NN_Index>:$grad_indices);
  let results = (outs NN_Float:$result);
  let assemblyFormat = "$indices `,` $table (`grad` $grad_indices^)? attr-dict `:` functional-type(operands, results)";
}

def NN_MaskIndexOp : NN_ComputeOp<"mask_index", [AllTypesMatch<["indices", "result"]>]> {
  let summary = "Indices, -1 in place of one of them";
  let description = [{
    What torch's padding_idx does to the gradient of an embedding's table: its row is looked up, and nothing is added to its gradient.
    Example: `%0 = nn.mask_index %ids at 0 : tensor<2x8xi32>`
  }];
  let arguments = (ins NN_Index:$indices, I32Attr:$index);
  let results = (outs NN_Index:$result);
  let assemblyFormat = "$indices `at` $index attr-dict `:` type($indices)";
  let hasVerifier = 0;
}

def NN_RMSNormOp : NN_ComputeOp<"rms_norm"> {
  let summary = "x / sqrt(mean(x^2) + epsilon) * weight, over the last dimension";
  let description = [{
    `size` is the d of the mean, fixed before partition. With `plus_one` the factor is 1 + weight. Rule: `b t d, d -> b t d` (any leading dimensions), d whole.

    Example: `%0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 32 : (tensor<2x8x32xf32>, tensor<32xf32>) -> tensor<2x8x32xf32>`
    Constraints: (C1) the weight is a vector of the last size of x. (C2) the result is like x. (C3) size is positive.
  }];
  let arguments = (ins NN_Float:$x, NN_Float:$weight, F64Attr:$epsilon, I64Attr:$size, UnitAttr:$plus_one);
  let results = (outs NN_Float:$result);
  let assemblyFormat = [{
    $x `,` $weight `epsilon` `=` $epsilon `size` `=` $size (`plus_one` $plus_one^)? attr-dict `:` functional-type(operands, results)
  }];
}

def NN_LayerNormOp : NN_ComputeOp<"layer_norm"> {
  let summary = "(x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias, over the last dimension";
  let description = [{
    `size` is the d of the means, fixed before partition; the variance is the mean of the squared distances from the mean.
    Rule: `b t d, d, d -> b t d` (any leading dimensions), d whole.

    Example: `%0 = nn.layer_norm %x, %w, %b epsilon = 1.0e-5 size = 32 : (tensor<2x8x32xf32>, tensor<32xf32>, tensor<32xf32>) -> tensor<2x8x32xf32>`
    Constraints: (C1) weight and bias are vectors of the last size of x. (C2) the result is like x. (C3) size is positive.
  }];
  let arguments = (ins NN_Float:$x, NN_Float:$weight, NN_Float:$bias, F64Attr:$epsilon, I64Attr:$size);
  let results = (outs NN_Float:$result);
  let assemblyFormat = [{
    $x `,` $weight `,` $bias `epsilon` `=` $epsilon `size` `=` $size attr-dict `:` functional-type(operands, results)
  }];
}

def NN_RopeTableOp : NN_ComputeOp<"rope_table", [], [], ["getLibraryCall", "getNumRowDims"]> {
  let summary = "Cosines and sines of positions times frequencies";
  let description = [{
    Taken in float64 and rounded once. Rule: `b t -> b t f, b t f`, f whole; no derivative.

    Example: `%cos, %sin = nn.rope_table %positions frequencies = dense<[1.0, 0.1]> : tensor<2xf64> : (tensor<2x8xi32>) -> (tensor<2x8x2xf32>, tensor<2x8x2xf32>)`
    Constraint: (C1) both results are the shape of the positions followed by the number of frequencies, of one element type.
  }];
  let arguments = (ins NN_Index:$positions, F64ElementsAttr:$frequencies);
  let results = (outs NN_Wide:$cosines, NN_Wide:$sines);
  let assemblyFormat = "$positions `frequencies` `=` $frequencies attr-dict `:` functional-type(operands, results)";
}

def NN_RopeOp : NN_ComputeOp<"rope"> {
  let summary = "Rotates the halves of each head by its position";
  let description = [{
    x is [b, t, heads, d]; with x1, x2 the halves of d the result is x1 cos - x2 sin, x2 cos + x1 sin; with `inverse` the sine's sign
    turns. Rule: `b t h d, b t f, b t f -> b t h d`, d and f whole; linear in x. Cosines and sines come from positions: nothing flows
    back into them.

    Example: `%0 = nn.rope %x, %cos, %sin : (tensor<2x8x4x16xf32>, tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x4x16xf32>`
    Constraints: (C1) x has rank 4 and an even last size. (C2) cos and sin are [b, t, d / 2], of float32 where x is
    bfloat16. (C3) the result is like x.
  }];
  let arguments = (ins NN_Float:$x, NN_Wide:$cosines, NN_Wide:$sines, UnitAttr:$inverse);
  let results = (outs NN_Float:$result);
  let assemblyFormat = "$x `,` $cosines `,` $sines (`inverse` $inverse^)? attr-dict `:` functional-type(operands, results)";
}

def NN_AttentionOp : NN_ComputeOp<"attention", [PrecisionOpInterface], [], ["getLibraryCall", "getNumRowDims"]> {
  let summary = "Softmax attention of grouped queries";
  let description = [{
    q is [b, t, heads, d], k and v are [b, s, kv_heads, d]; query head h reads key head h / (heads / kv_heads). A causal query sees the keys
    whose position is not greater than its own, with a window those nearer than it. lse [b, heads, t] is the logarithm of the
    sum of exponentials, which the derivative needs, of float32 where q is bfloat16; nothing flows back into it.
    Rule: `b t (k g) d, b s k d, b s k d, b t, b s -> b t (k g) d, b (k g) t`, s and d whole.

    Example: `%o, %lse = nn.attention %q, %k, %v, %pos, %pos scale = 0.25 causal : (...) -> (tensor<2x8x4x16xf32>, tensor<2x4x8xf32>)`
    Constraints: (C1) q, k, v have rank 4 with one batch and head size. (C2) the heads are a multiple of the key heads. (C3) k and v are
    alike. (C4) positions are [b, t] and [b, s]. (C5) the results are like q, and [b, heads, t]. (C6) a window is positive and causal.
  }];
  let arguments = (ins NN_Float:$q, NN_Float:$k, NN_Float:$v, NN_Index:$q_positions, NN_Index:$k_positions, F64Attr:$scale,
                       UnitAttr:$causal, OptionalAttr<I64Attr>:$window);
  let results = (outs NN_Float:$result, NN_Wide:$lse);
  let extraClassDeclaration = [{
    ::mlir::Type getResultElementType(unsigned result, ::mlir::Type elementType) { return result == 1 ? wideOf(elementType) : elementType; }
  }];
  let assemblyFormat = [{
    $q `,` $k `,` $v `,` $q_positions `,` $k_positions `scale` `=` $scale (`causal` $causal^)? (`window` `=` $window^)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def NN_ReshapeOp : NN_ComputeOp<"reshape", [], [], ["isView"]> {
  let summary = "The same elements under another shape";
  let description = [{
    `rule` says which dimensions split or join, in einops form; a factor's size that no operand or result dimension fixes by
    itself is the quotient. A view: nothing moves. Linear.

    Example: `%0 = nn.reshape %x "b t (h d) -> b t h d" : (tensor<2x8x64xf32>) -> tensor<2x8x4x16xf32>`
    Constraints: (C1) as many elements on both sides. (C2) the rule has the same factors, in the same order, on both sides. (C3) it
    fits the shapes of operand and result. (C4) element types are equal.
  }];
  let arguments = (ins NN_Tensor:$x, StrAttr:$rule);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$x $rule attr-dict `:` functional-type(operands, results)";
}

def NN_CrossEntropyOp : NN_ComputeOp<"cross_entropy", [PrecisionOpInterface], ["buildSharded"]> {
  let summary = "Sum over all tokens of -log softmax(logits)[target], and their count";
  let description = [{
    Both results have rank 0; the quotient is taken after all reductions. Every target is a class: none is negative. Rule: `b t v, b t -> ,`, v custom: buildSharded, sharded or
    not, writes the loss as log_sum_exp (each rank over its classes, the ranks' results gathered and combined) minus the
    picked logit (P over the ranks of v, reduced), summed. So partition leaves none of this operation.

    Example: `%sum, %count = nn.cross_entropy %logits, %targets : (tensor<2x8x256xf32>, tensor<2x8xi32>) -> (tensor<f32>, tensor<f32>)`
    Constraints: (C1) the logits have rank 3 and the targets are their leading dimensions. (C2) the results have rank 0 and the logits'
    element type, or float32 where that is bfloat16.
  }];
  let arguments = (ins NN_Float:$logits, NN_Index:$targets);
  let results = (outs NN_Wide:$sum, NN_Wide:$count);
  let extraClassDeclaration = wideResults;
  let assemblyFormat = "$logits `,` $targets attr-dict `:` functional-type(operands, results)";
}

def NN_LogSumExpOp : NN_ComputeOp<"log_sum_exp", [PrecisionOpInterface]> {
  let summary = "log(sum(exp(x))) over the last dimension, in groups";
  let description = [{
    The last dimension v' = r * v becomes r. Rule: `b t (r v) -> b t r`, v whole: a rank that holds one of r groups computes its own.
    Minus infinity counts nothing. The result is of float32 where x is bfloat16, as are those of `nn.pick` and `nn.sum`.

    Example: `%0 = nn.log_sum_exp %x : (tensor<2x8x256xf32>) -> tensor<2x8x1xf32>`
    Constraints: (C1) x has rank 3. (C2) the result has its leading dimensions, and a last size that divides that of x.
  }];
  let arguments = (ins NN_Float:$x);
  let results = (outs NN_Wide:$result);
  let extraClassDeclaration = wideResults;
  let assemblyFormat = "$x attr-dict `:` functional-type(operands, results)";
}

def NN_PickOp : NN_ComputeOp<"pick", [PrecisionOpInterface]> {
  let summary = "x[..., index], zero for a negative index";
  let description = [{
    Rule: `b t v, b t -> b t 1`, v contracted: with local indices each rank picks from its own part and the result is P; linear in x.

    Example: `%0 = nn.pick %x, %targets : (tensor<2x8x256xf32>, tensor<2x8xi32>) -> tensor<2x8x1xf32>`
    Constraints: (C1) x has rank 3. (C2) the indices are its leading dimensions, the result those with a last size of 1.
  }];
  let arguments = (ins NN_Float:$x, NN_Index:$indices);
  let results = (outs NN_Wide:$result);
  let extraClassDeclaration = wideResults;
  let assemblyFormat = "$x `,` $indices attr-dict `:` functional-type(operands, results)";
}

def NN_SumOp : NN_ComputeOp<"sum", [PrecisionOpInterface], [], ["getNumRowDims", "getRowShape"]> {
  let summary = "Sum of all elements";
  let description = [{
    Rank 0. All factors are contracted; linear.
    Example: `%0 = nn.sum %x : (tensor<2x8x1xf32>) -> tensor<f32>`
    Constraint: (C1) the result has rank 0 and the operand's element type.
  }];
  let arguments = (ins NN_Float:$x);
  let results = (outs NN_Wide:$result);
  let extraClassDeclaration = wideResults;
  let assemblyFormat = "$x attr-dict `:` functional-type(operands, results)";
}

def NN_CountOp : NN_ComputeOp<"count", [], [], ["getNumRowDims", "getRowShape"]> {
  let summary = "Number of non-negative elements, as a float";
  let description = [{
    Rank 0; no derivative. Example: `%0 = nn.count %targets : (tensor<2x8xi32>) -> tensor<f32>`
    Constraint: (C1) the result has rank 0.
  }];
  let arguments = (ins NN_Index:$x);
  let results = (outs NN_Wide:$result);
  let assemblyFormat = "$x attr-dict `:` functional-type(operands, results)";
}

#endif // SHARDC_DIALECT_NN_NNCOMPUTEOPS_TD
