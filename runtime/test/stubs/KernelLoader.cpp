//===- KernelLoader.cpp - A driver without a GPU that takes kernels -------------------===//
//
// cuDNN can make plans for a GPU that is not there, up to the loading of their kernels: this driver takes those and
// runs nothing. What cuDNN looks up beside that answers that there is no device.
//
//===------------------------------------------------------------------------------------===//

#include <cuda.h>

#define EXPORT extern "C" __attribute__((visibility("default"))) CUresult CUDAAPI

EXPORT cuLibraryLoadData(CUlibrary *library, const void *, CUjit_option *, void **, unsigned, CUlibraryOption *,
                         void **, unsigned) {
  static int any;
  *library = reinterpret_cast<CUlibrary>(&any);
  return CUDA_SUCCESS;
}
EXPORT cuLibraryGetKernel(CUkernel *kernel, CUlibrary library, const char *) {
  *kernel = reinterpret_cast<CUkernel>(library);
  return CUDA_SUCCESS;
}
EXPORT cuLibraryUnload(CUlibrary) {
  return CUDA_SUCCESS;
}
EXPORT cuKernelSetAttribute(CUfunction_attribute, int, CUkernel, CUdevice) {
  return CUDA_SUCCESS;
}
EXPORT cuGetErrorString(CUresult, const char **text) {
  *text = "there is no GPU";
  return CUDA_SUCCESS;
}
EXPORT cuGetErrorName(CUresult, const char **text) {
  *text = "CUDA_ERROR_NO_DEVICE";
  return CUDA_SUCCESS;
}
EXPORT cuInit(unsigned) {
  return CUDA_ERROR_NO_DEVICE;
}
EXPORT cuDriverGetVersion(int *version) {
  *version = 13000;
  return CUDA_SUCCESS;
}
EXPORT cuDeviceGetCount(int *count) {
  *count = 0;
  return CUDA_SUCCESS;
}

// What is looked up, and not called for a GPU that is not there.
#define ABSENT(name)                                                                                                   \
  extern "C" __attribute__((visibility("default"))) CUresult absent_##name() __asm__(#name);                           \
  CUresult absent_##name() {                                                                                           \
    return CUDA_ERROR_NO_DEVICE;                                                                                       \
  }
#undef cuLinkAddData
#undef cuLinkCreate
ABSENT(cuCtxGetCurrent)
ABSENT(cuCtxGetLimit)
ABSENT(cuCtxPopCurrent)
ABSENT(cuCtxPushCurrent)
ABSENT(cuDeviceGet)
ABSENT(cuKernelGetAttribute)
ABSENT(cuLaunchCooperativeKernel)
ABSENT(cuLaunchKernel)
ABSENT(cuLaunchKernelEx)
ABSENT(cuLibraryLoadFromFile)
ABSENT(cuLinkAddData)
ABSENT(cuLinkComplete)
ABSENT(cuLinkCreate)
ABSENT(cuLinkDestroy)
ABSENT(cuOccupancyMaxPotentialClusterSize)
ABSENT(cuStreamGetCtx)
ABSENT(cuTensorMapEncodeTiled)
