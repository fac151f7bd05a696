//===- StallProducts.cpp - Makes a rank hang in the middle of a step ------------------===//
//
// Loaded before the BLAS by LD_PRELOAD: the matrix product number STALL_AT of the process never returns. So a rank of a
// compiled program hangs, and its peers do not.
//
//===------------------------------------------------------------------------===//

#include <atomic>
#include <cstdlib>
#include <dlfcn.h>
#include <unistd.h>

using Product = void (*)(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *,
                         int);

extern "C" __attribute__((visibility("default"))) void cblas_sgemm(int layout, int transposeA, int transposeB, int m,
                                                                   int n, int k, float alpha, const float *a, int lda,
                                                                   const float *b, int ldb, float beta, float *c,
                                                                   int ldc) {
  static std::atomic<int> count{0};
  static const char *at = getenv("STALL_AT");
  if (at && ++count == atoi(at))
    for (;;)
      pause();
  static auto next = reinterpret_cast<Product>(dlsym(RTLD_NEXT, "cblas_sgemm"));
  next(layout, transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
