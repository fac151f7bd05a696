//===- NNOps.td - The operations of nn ---------------------------------------------------------===//
#ifndef SHARDC_DIALECT_NN_NNOPS_TD
#define SHARDC_DIALECT_NN_NNOPS_TD

include "shardc/Dialect/NN/NNModuleOps.td"
include "shardc/Dialect/NN/NNComputeOps.td"
include "shardc/Dialect/NN/NNGradOps.td"

#endif // SHARDC_DIALECT_NN_NNOPS_TD
