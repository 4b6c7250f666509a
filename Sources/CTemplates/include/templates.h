// The files that `drivers new` makes a project of.
#ifndef TEMPLATES_H
#define TEMPLATES_H

/// One file, with places between @ signs that are filled in. Valid until the process ends.
typedef struct template_file {
  /// Its language and name, such as c/build; NULL after the last one.
  const char *_Nullable path;
  /// UTF-8 text that ends with a NUL.
  const char *_Nullable text;
} template_file;

/// All of them, and one without a path at the end.
const template_file *_Nonnull template_files(void);

#endif
