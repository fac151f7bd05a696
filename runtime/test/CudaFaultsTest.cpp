//===- CudaFaultsTest.cpp - What may go wrong on a GPU ----------------------------------------===//

#include "CudaRun.h"

using namespace shardrt::test;

namespace {

class CudaFaultsTest : public CudaRun {
protected:
  void expect(const Ended &ended, int code, const std::string &sentence) {
    EXPECT_EQ(ended.code, code) << ended.err;
    EXPECT_NE(ended.err.find(sentence), std::string::npos) << ended.err;
  }
};

TEST_F(CudaFaultsTest, NamesAMissingLibrary) {
  expect(run("cuda-bigram", "", {{"LD_PRELOAD", HIDE_LIBRARIES}, {"HIDE", "libcuda.so"}}), 9,
         "the program runs on a GPU, which needs libcuda.so.1: hidden-libcuda.so.1: cannot open shared object file: No "
         "such file "
         "or directory: install NVIDIA's driver");
  expect(run("cuda-bigram", "", {{"LD_PRELOAD", HIDE_LIBRARIES}, {"HIDE", "libcublasLt"}}), 9,
         "the program runs on a GPU, which needs libcublasLt.so.13 or libcublasLt.so.12: hidden-libcublasLt.so.13: "
         "cannot open "
         "shared object file: No such file or directory: install cuBLAS, a part of the CUDA toolkit");
}

TEST_F(CudaFaultsTest, RefusesMachinesThatCannotRunIt) {
  expect(run("cuda-bigram", "version=11080"), 9,
         "the driver supports CUDA 11.8, expected 12.8 or later: install a newer driver");
  expect(run("cuda-bigram", "devices=0"), 9, "starting the driver: CUDA_ERROR_NO_DEVICE");
  expect(run("cuda-bigram", "capability=75"), 9,
         "Stub GPU is of architecture sm_75, the program has code for sm_80 (ptx): compile it with --gpu-arch=sm_75");
}

TEST_F(CudaFaultsTest, RefusesWhatDoesNotFit) {
  expect(run("cuda-arena"), 8,
         "1 rank will not fit: 1.0 PiB (1.0 PiB of arena and 32.0 MiB of workspace for each) are needed, Stub GPU has "
         "8.0 GiB "
         "left "
         "of 8.0 GiB");
  expect(
      run("cuda-bigram", "memory=1000000"), 8,
      "1 rank will not fit: 32.0 MiB (16.0 KiB of arena and 32.0 MiB of workspace for each) are needed, Stub GPU has ");
  expect(run("cuda-bigram4", "memory=100000000"), 8,
         "4 ranks will not fit: 128.1 MiB (16.0 KiB of arena and 32.0 MiB of workspace for each) are needed, Stub GPU "
         "has 95.4 "
         "MiB "
         "left of 95.4 MiB, of which libraries take up to 1.5 MiB");
  // 16 KiB and the workspace would fit, and leave nothing to the libraries.
  expect(run("cuda-bigram", "memory=33800000"), 8, "1 rank will not fit: 32.0 MiB ");
  expect(run("cuda-bigram", "fail=cuMemAlloc_v2:1:2"), 8, "1 rank will not fit: ");
  expect(run("cuda-bigram", "fail=cuMemHostAlloc:1:2"), 8,
         "allocating 8388608 bytes of page-locked memory: CUDA_ERROR_OUT_OF_MEMORY (out of memory)");
}

TEST_F(CudaFaultsTest, RefusesProgramsThatAreNot) {
  expect(run("cuda-architecture"), 9, "Stub GPU is of architecture sm_90, the program has code for sm_100 (ptx)");
  expect(run("cuda-cubin-alone", "capability=80"), 9,
         "loading the program's cubin for sm_80 on Stub GPU: CUDA_ERROR_NO_BINARY_FOR_GPU");
  expect(run("cuda-symbol"), 3, "the program has no shard_gpu_absent, its code for sm_80");
  expect(run("cuda-kernel"), 3, "the program's PTX for sm_80 has no function \"two_hot\": CUDA_ERROR_NOT_FOUND");
  Ended text = run("cuda-text");
  expect(text, 9, "loading the program's PTX for sm_80 on Stub GPU: CUDA_ERROR_INVALID_PTX");
  expect(text, 9, "line 4: unexpected character '#'");
}

TEST_F(CudaFaultsTest, NamesWhatASectionDoesWrong) {
  struct Case {
    const char *fault, *sentence;
    int code;
  };
  for (Case c : {Case{"unknown-wait", "task 1 waits for task 7, which has not ended as one that is awaited", 3},
                 Case{"unknown-stream", "task 1 begins on stream 2, the program has 2 streams", 3},
                 Case{"unknown-kernel", "a section launches function 7, the program has 7", 3},
                 Case{"arguments",
                      "a section launches set with 3 arguments, the manifest says 2: the program file is damaged", 3},
                 Case{"outside", "a section calls the runtime outside of a task", 3},
                 Case{"unended", "task 1 begins before task 1 has ended", 3},
                 Case{"product", "a matrix product is on the stream \"gather\": all share one workspace", 3},
                 Case{"rope",
                      "shardrt_rope_table is built for float32 on GPUs, the program calls it with float64: set "
                      "precision.param_dtype to "
                      "float32",
                      9},
                 Case{"bounds", "waiting for Stub GPU: CUDA_ERROR_LAUNCH_FAILED", 9},
                 Case{"status", "rank 0 failed at step 0: section \"micro\" returned 42", 6}})
    expect(run("cuda-bigram", "", {{"FAULT", c.fault}}), c.code, c.sentence);
}

// Every call that the first two steps make fails once: the run ends with a sentence that names CUDA's error, not with a
// crash.
TEST_F(CudaFaultsTest, SurvivesEveryFailure) {
  for (const char *call : {"cuDriverGetVersion",
                           "cuInit",
                           "cuDeviceGetCount",
                           "cuDeviceGet",
                           "cuDeviceGetName",
                           "cuDeviceGetAttribute",
                           "cuDevicePrimaryCtxRetain",
                           "cuCtxSetCurrent",
                           "cuMemGetInfo_v2",
                           "cuMemAlloc_v2",
                           "cuMemHostAlloc",
                           "cuMemcpyHtoDAsync_v2",
                           "cuMemcpyDtoHAsync_v2",
                           "cuMemcpyDtoDAsync_v2",
                           "cuMemsetD8Async",
                           "cuStreamCreate",
                           "cuStreamSynchronize",
                           "cuStreamWaitEvent",
                           "cuStreamBeginCapture_v2",
                           "cuStreamEndCapture",
                           "cuEventCreate",
                           "cuEventRecord",
                           "cuGraphInstantiateWithFlags",
                           "cuGraphUpload",
                           "cuGraphLaunch",
                           "cuModuleLoadDataEx",
                           "cuLaunchKernel"})
    expect(run("cuda-bigram", std::string("fail=") + call + ":1:700"), 9, "CUDA_ERROR_ILLEGAL_ADDRESS");
  expect(run("cuda-bigram", "fail=cuGraphLaunch:6:700"), 9, "launching a section: CUDA_ERROR_ILLEGAL_ADDRESS");
  expect(run("cuda-bigram", "fail=cuMemAlloc_v2:1:999"), 9, "CUDA error 999");
  for (const char *call : {"cublasLtCreate", "cublasLtMatmulDescCreate", "cublasLtMatmulDescSetAttribute",
                           "cublasLtMatrixLayoutCreate", "cublasLtMatmulPreferenceCreate",
                           "cublasLtMatmulPreferenceSetAttribute", "cublasLtMatmulAlgoGetHeuristic", "cublasLtMatmul"})
    expect(run("cuda-bigram", std::string("fail=") + call + ":1:15"), 9, "CUBLAS_STATUS_NOT_SUPPORTED");
  expect(run("cuda-bigram", "fail=cublasLtMatmul:2:15"), 9,
         "the product of 10 x 32 (transposed) and 32 x 10: CUBLAS_STATUS_NOT_SUPPORTED");
}

} // namespace
