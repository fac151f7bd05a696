// The first of the precompiled headers. libstdc++'s std::stable_sort calls its own std::get_temporary_buffer, which is
// deprecated since C++17. Clang does not say so of code in a system header, but in a precompiled one it forgets that
// for headers with diagnostic pragmas of their own, so it is said here.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
#include <memory>
#pragma clang diagnostic pop
