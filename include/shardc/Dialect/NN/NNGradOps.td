//===- NNGradOps.td - What derivatives and the optimizer are made of ---------------------------===//
#ifndef SHARDC_DIALECT_NN_NNGRADOPS_TD
#define SHARDC_DIALECT_NN_NNGRADOPS_TD

include "shardc/Dialect/NN/NNBase.td"

/// Where the other operands are bfloat16, gradients of weights, statistics and what leads to them are float32: NN_Wide.
class NN_FunctionalGradOp<string mnemonic, list<Trait> traits = [], list<string> lowering = []> : NN_GradOp<mnemonic, traits, lowering> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def NN_SiluGradOp : NN_FunctionalGradOp<"silu_grad"> {
  let summary = "dout * silu'(x)";
  let description = [{ Linear in dout. Constraint: (C1) operands and result have one shape and element type. }];
  let arguments = (ins NN_Float:$dout, NN_Float:$x);
  let results = (outs NN_Float:$dx);
}

def NN_GeluGradOp : NN_FunctionalGradOp<"gelu_grad"> {
  let summary = "dout * gelu'(x)";
  let description = [{ Linear in dout. Constraint: (C1) operands and result have one shape and element type. }];
  let arguments = (ins NN_Float:$dout, NN_Float:$x);
  let results = (outs NN_Float:$dx);
}

def NN_SumRowsOp : NN_FunctionalGradOp<"sum_rows", [], ["getNumRowDims", "getRowShape"]> {
  let summary = "Sum over all dimensions but the last: the gradient of a bias";
  let description = [{
    Linear; the leading dimensions are contracted. Constraint: (C1) the result is a vector of the operand's last size.
  }];
  let arguments = (ins NN_Float:$x);
  let results = (outs NN_Wide:$result);
}

def NN_LinearWeightGradOp : NN_FunctionalGradOp<"linear_weight_grad", [], ["getLibraryCall", "getAddingFunction", "getNumRowDims"]> {
  let summary = "The gradient of nn.linear's weight";
  let description = [{
    The transpose of dout times x. Rule: `... n, ... k -> n k`, the leading dimensions contracted; linear in each operand. For a
    transposed weight, [in, out], the operands change places.
    Constraints: (C1) dout and x agree in all sizes but the last. (C2) the result is their last sizes.
  }];
  let arguments = (ins NN_Float:$dout, NN_Float:$x);
  let results = (outs NN_Wide:$dweight);
}

def NN_EmbeddingGradOp : NN_FunctionalGradOp<"embedding_grad", [], ["getLibraryCall", "getNumRowDims"]> {
  let summary = "The gradient of nn.embedding's table";
  let description = [{
    Rule: `b t d, b t -> v d`; v occurs in the result alone. Linear in dout. Constraint: (C1) dout is the indices' shape followed by the table's width.
  }];
  let arguments = (ins NN_Float:$dout, NN_Index:$indices);
  let results = (outs NN_Wide:$dtable);
}

def NN_RMSNormGradOp : NN_FunctionalGradOp<"rms_norm_grad"> {
  let summary = "The gradient of nn.rms_norm's operand";
  let description = [{
    With r = 1 / sqrt(mean(x^2) + epsilon) and w the weight, or 1 + weight: r * (w * dout) - x * r^3 * mean(w * dout * x). Linear in dout.
    Constraint: (C1) dout, x and the result are alike, the weight a vector of their last size.
  }];
  let arguments = (ins NN_Float:$dout, NN_Float:$x, NN_Float:$weight, F64Attr:$epsilon, I64Attr:$size, UnitAttr:$plus_one);
  let results = (outs NN_Float:$dx);
}

def NN_RMSNormWeightGradOp : NN_FunctionalGradOp<"rms_norm_weight_grad", [], ["getNumRowDims", "getRowShape"]> {
  let summary = "The gradient of nn.rms_norm's weight";
  let description = [{
    The sum over all rows of dout * x * r. Linear in dout; the leading dimensions are contracted, d whole.
    Constraint: (C1) dout and x are alike, the result a vector of their last size.
  }];
  let arguments = (ins NN_Float:$dout, NN_Float:$x, F64Attr:$epsilon, I64Attr:$size);
  let results = (outs NN_Wide:$dweight);
}

def NN_LayerNormGradOp : NN_FunctionalGradOp<"layer_norm_grad"> {
  let summary = "The gradient of nn.layer_norm's operand";
  let description = [{
    With r = 1 / sqrt(variance(x) + epsilon), n = (x - mean(x)) * r and g = weight * dout: r * (g - mean(g) - n * mean(g * n)). Linear in dout.
    Constraint: (C1) dout, x and the result are alike, the weight a vector of their last size.
  }];
  let arguments = (ins NN_Float:$dout, NN_Float:$x, NN_Float:$weight, F64Attr:$epsilon, I64Attr:$size);
  let results = (outs NN_Float:$dx);
}

def NN_LayerNormWeightGradOp : NN_FunctionalGradOp<"layer_norm_weight_grad", [], ["getNumRowDims", "getRowShape"]> {
  let summary = "The gradient of nn.layer_norm's weight";
  let description = [{
    The sum over all rows of dout * (x - mean(x)) * r. Linear in dout; the leading dimensions are contracted, d whole.
    Constraint: (C1) dout and x are alike, the result a vector of their last size.
  }];
  let arguments = (ins NN_Float:$dout, NN_Float:$x, F64Attr:$epsilon, I64Attr:$size);
  let results = (outs NN_Wide:$dweight);
}

def NN_AttentionGradOp : NN_GradOp<"attention_grad", [], ["getLibraryCall", "getNumRowDims"]> {
  let summary = "The gradients of nn.attention's q, k and v";
  let description = [{
    Linear in dout. Rule: `b t (k g) d, b t (k g) d, b s k d, b s k d, b t, b s, b t (k g) d, b (k g) t -> b t (k g) d, b s k d, b s k d`, s and d whole.
    Constraint: (C1) shapes as in nn.attention; dout, out and dq are like q, dk and dv like k.
  }];
  let arguments = (ins NN_Float:$dout, NN_Float:$q, NN_Float:$k, NN_Float:$v, NN_Index:$q_positions, NN_Index:$k_positions, NN_Float:$out,
                       NN_Wide:$lse, F64Attr:$scale, UnitAttr:$causal, OptionalAttr<I64Attr>:$window);
  let results = (outs NN_Float:$dq, NN_Float:$dk, NN_Float:$dv);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def NN_LogSumExpGradOp : NN_FunctionalGradOp<"log_sum_exp_grad"> {
  let summary = "exp(x - lse) * dout, lse and dout repeated over each group";
  let description = [{
    Rule: `b t r, b t (r v), b t r -> b t (r v)`; v whole; linear in dout. Constraint: (C1) dout and lse are alike, the result is like x.
  }];
  let arguments = (ins NN_Wide:$dout, NN_Float:$x, NN_Wide:$lse);
  let results = (outs NN_Wide:$dx);
}

def NN_PickGradOp : NN_FunctionalGradOp<"pick_grad"> {
  let summary = "dout where the last index is the picked one, zero elsewhere";
  let description = [{
    Rule: `b t 1, b t -> b t v`; v occurs in the result alone; linear in dout. Constraint: (C1) dout is [b, t, 1], the indices [b, t], the result [b, t, v].
  }];
  let arguments = (ins NN_Wide:$dout, NN_Index:$indices);
  let results = (outs NN_Wide:$dx);
}

def NN_BroadcastOp : NN_FunctionalGradOp<"broadcast"> {
  let summary = "One value everywhere: the derivative of nn.sum";
  let description = [{
    Every factor occurs in the result alone; linear. Constraint: (C1) the operand has rank 0 and the result's element type.
  }];
  let arguments = (ins NN_Wide:$x);
  let results = (outs NN_Float:$result);
}

def NN_NegOp : NN_FunctionalGradOp<"neg"> {
  let summary = "-x";
  let description = [{ Linear. Constraint: (C1) the result is like x. }];
  let arguments = (ins NN_Float:$x);
  let results = (outs NN_Float:$result);
}

def NN_ZerosOp : NN_GradOp<"zeros"> {
  let summary = "A tensor of zeros";
  let description = [{ Example: `%0 = nn.zeros : tensor<4xf32>` }];
  let results = (outs NN_Float:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 0;
}

def NN_ConstantOp : NN_GradOp<"constant"> {
  let summary = "A number";
  let description = [{
    Example: `%0 = nn.constant 3 : tensor<i32>`
    Constraint: (C1) the result has rank 0.
  }];
  let arguments = (ins I32Attr:$value);
  let results = (outs NN_Index:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
}

def NN_SquareSumOp : NN_FunctionalGradOp<"square_sum", [], ["getNumRowDims", "getRowShape"]> {
  let summary = "Sum of the squares of all elements";
  let description = [{
    Rank 0; every factor is contracted. Constraint: (C1) the result has rank 0 and the operand's element type.
  }];
  let arguments = (ins NN_Float:$x);
  let results = (outs NN_Wide:$result);
}

def NN_SqrtOp : NN_FunctionalGradOp<"sqrt"> {
  let summary = "Square root, elementwise";
  let description = [{ Constraint: (C1) the result is like x. }];
  let arguments = (ins NN_Float:$x);
  let results = (outs NN_Float:$result);
}

def NN_ClipScaleOp : NN_FunctionalGradOp<"clip_scale"> {
  let summary = "min(1, max_norm / (norm + 1e-6)), or 1 without a max_norm";
  let description = [{ Constraints: (C1) norm and result have rank 0. (C2) max_norm is positive. }];
  let arguments = (ins NN_Float:$norm, OptionalAttr<F64Attr>:$max_norm);
  let results = (outs NN_Float:$result);
}

def NN_AdamWOp : NN_GradOp<"adamw"> {
  let summary = "One step of AdamW";
  let description = [{
    As in torch: with g = scale * gradient, m' = beta1 m + (1 - beta1) g, v' = beta2 v + (1 - beta2) g^2,
    p' = p (1 - lr * weight_decay) - lr * m' * correction1 / (sqrt(v' * correction2) + epsilon). Pointwise in parameter, gradient and
    moments, each at its own index alone, so results may be written over operands.
    Constraints: (C1) parameter, gradient, moments and results are alike. (C2) the scalars have rank 0.
  }];
  let arguments = (ins NN_Float:$parameter, NN_Float:$gradient, NN_Float:$moment1, NN_Float:$moment2, NN_Float:$learning_rate,
                       NN_Float:$correction1, NN_Float:$correction2, NN_Float:$scale,
                       F64Attr:$beta1, F64Attr:$beta2, F64Attr:$epsilon, F64Attr:$weight_decay);
  let results = (outs NN_Float:$new_parameter, NN_Float:$new_moment1, NN_Float:$new_moment2);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

#endif // SHARDC_DIALECT_NN_NNGRADOPS_TD
