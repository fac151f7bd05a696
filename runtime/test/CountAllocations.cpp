//===- CountAllocations.cpp - How often a process allocates within its steps --------===//
//
// To be preloaded. Stands before the C library's allocator, and prints the count when the process ends.
//
//===------------------------------------------------------------------------===//

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

static std::atomic<int64_t> ranksInSteps{0}, allocations{0}, stepsSeen{0};

extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

/// Called by each rank with 1 before its first step and with 0 after its last.
void shardrt_count_allocations(int32_t inSteps) {
  ranksInSteps += inSteps ? 1 : -1;
  stepsSeen += inSteps;
}
} // extern "C"

static void count() {
  if (ranksInSteps.load() > 0)
    ++allocations;
}

extern "C" {
void *malloc(size_t bytes) {
  count();
  return __libc_malloc(bytes);
}
void *calloc(size_t number, size_t bytes) {
  count();
  return __libc_calloc(number, bytes);
}
void *realloc(void *memory, size_t bytes) {
  count();
  return __libc_realloc(memory, bytes);
}
void *aligned_alloc(size_t alignment, size_t bytes) {
  count();
  return __libc_memalign(alignment, bytes);
}
void *memalign(size_t alignment, size_t bytes) {
  count();
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void **result, size_t alignment, size_t bytes) {
  count();
  *result = __libc_memalign(alignment, bytes);
  return *result ? 0 : 12;
}
} // extern "C"

__attribute__((destructor)) static void report() {
  fprintf(stderr, "allocations in steps: %lld by %lld ranks\n", static_cast<long long>(allocations.load()),
          static_cast<long long>(stepsSeen.load()));
}
