//===- Gpu.cpp - The GPU of a process, and its context------------------------------===//

#include "cuda/Gpu.h"

using namespace shardrt;
using namespace shardrt::cuda;

Gpu::Gpu(const Driver &driver) : driver(driver) {
  int count = 0;
  driver.check(driver.deviceGetCount(&count), "counting the GPUs");
  if (count == 0)
    fail(Exit::NoDevice, "the program runs on a GPU, the driver finds none: look at CUDA_VISIBLE_DEVICES");
  driver.check(driver.deviceGet(&device, 0), "asking for GPU 0");
  char text[256] = {};
  driver.check(driver.deviceGetName(text, sizeof text - 1, device), "asking for the name of GPU 0");
  name = text;
  capability = 10 * getAttribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) +
               getAttribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  driver.check(driver.devicePrimaryCtxRetain(&context, device), "starting {}", name);
  makeCurrent();
}

Gpu::~Gpu() {
  driver.devicePrimaryCtxRelease(device);
}

void Gpu::makeCurrent() const {
  driver.check(driver.ctxSetCurrent(context), "using {} from this thread", name);
}

CUevent Gpu::createEvent() const {
  CUevent event = nullptr;
  driver.check(driver.eventCreate(&event, CU_EVENT_DISABLE_TIMING), "making an event");
  return event;
}

int Gpu::getAttribute(CUdevice_attribute attribute) const {
  int value = 0;
  driver.check(driver.deviceGetAttribute(&value, attribute, device), "asking {} for its compute capability", name);
  return value;
}
