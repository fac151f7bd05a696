// The kernels of ../CudaBigram.cpp, one thread for each row of ten. bigram.ptx comes of this by
//   clang-22 --target=nvptx64-nvidia-cuda -march=sm_80 -O2 -ffreestanding -nogpulib -S bigram.c -o bigram.ptx

#define KERNEL __attribute__((nvptx_kernel)) void
enum { vocabulary = 10 };

static inline long thisRow(void) {
  return (long)__nvvm_read_ptx_sreg_ctaid_x() * __nvvm_read_ptx_sreg_ntid_x() + __nvvm_read_ptx_sreg_tid_x();
}
static inline float exponential(float x) {
  return __nvvm_ex2_approx_f(x * 1.44269504089f);
}
static inline float logarithm(float x) {
  return __nvvm_lg2_approx_f(x) * 0.69314718056f;
}

// row i is 1 at tokens[i], else 0
KERNEL one_hot(const int *tokens, float *rows, long count) {
  long i = thisRow();
  for (int j = 0; i < count && j < vocabulary; ++j)
    rows[i * vocabulary + j] = tokens[i] == j;
}

// losses and gradients of the logits, times scale
KERNEL softmax(const float *logits, const int *targets, const float *scale, float *gradients, float *losses,
               long count) {
  long i = thisRow();
  if (i >= count)
    return;
  float sum = 0;
  for (int j = 0; j < vocabulary; ++j)
    sum += exponential(logits[i * vocabulary + j]);
  for (int j = 0; j < vocabulary; ++j)
    gradients[i * vocabulary + j] = *scale * (exponential(logits[i * vocabulary + j]) / sum - (targets[i] == j));
  losses[i] = *scale * (logarithm(sum) - logits[i * vocabulary + targets[i]]);
}

// sum += part, or sum = part where nothing has been summed yet
KERNEL accumulate(const float *part, float *sum, const float *started, long count) {
  long i = thisRow();
  if (i < count)
    sum[i] = (*started != 0 ? sum[i] : 0) + part[i];
}

// one thread: loss += all losses, or from 0 where nothing has been summed yet
KERNEL add_losses(const float *losses, float *loss, const float *started, long count) {
  float sum = *started != 0 ? *loss : 0;
  for (long i = 0; i < count; ++i)
    sum += losses[i];
  *loss = sum;
}

// writes the bits of a float
KERNEL set(int *number, long bits) {
  *number = (int)bits;
}

// one thread
KERNEL norm(const float *gradient, float *result, long count) {
  float squares = 0;
  for (long i = 0; i < count; ++i)
    squares += gradient[i] * gradient[i];
  *result = __nvvm_sqrt_rn_f(squares);
}

KERNEL update(float *table, const float *gradient, const float *rate, const float *correction1,
              const float *correction2, long count) {
  long i = thisRow();
  if (i < count)
    table[i] -= *rate * *correction1 / *correction2 * gradient[i];
}
