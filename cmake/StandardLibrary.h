// The first of the precompiled headers. libstdc++'s std::stable_sort calls its own std::get_temporary_buffer, which is
// deprecated since C++17, and clang says so where it is instantiated. Nothing of ours calls what <memory> deprecates.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
#include <memory>
#pragma clang diagnostic pop
