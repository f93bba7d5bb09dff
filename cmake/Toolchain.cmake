# What every target is compiled and linked with. Faster tools are used where they are installed.
find_program(MILLRACE_CCACHE ccache)
if(MILLRACE_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${MILLRACE_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${MILLRACE_CCACHE}")
endif()
find_program(MILLRACE_MOLD mold)
if(MILLRACE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-fno-omit-frame-pointer -fstack-protector-strong)
if(MILLRACE_SANITIZE)
  add_compile_options(-fsanitize=${MILLRACE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MILLRACE_SANITIZE})
else()
  add_compile_definitions($<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro,-z,now)
endif()

# Own code only; the headers of dependencies come in as SYSTEM.
# A designated initialiser that names some members of an aggregate leaves the others at their defaults
# on purpose (STYLE: options are trailing aggregates).
set(MILLRACE_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Wno-missing-field-initializers -Werror)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  # g++ 12 finds uninitialised members in moved std::variants and overlapping copies in
  # std::string's operator+ where it inlines them.
  list(APPEND MILLRACE_WARNINGS -Wno-maybe-uninitialized -Wno-restrict)
endif()
