//go:build cgo && !nodds

package dds

/*
#define _GNU_SOURCE
#include <dlfcn.h>
#include "dds/dds.h"
#include "dds/version.h"

// NULL where the loader cannot tell.
static const char *hyt_library(void) {
  Dl_info info;
  return dladdr((void *)dds_create_participant, &info) != 0 ? info.dli_fname : NULL;
}
*/
import "C"

import (
	"debug/elf"
	"fmt"
	"regexp"
	"slices"
	"sync"
)

// builtFor is the version of the headers that this program was compiled with. Our
// sample type (serdata.c) reaches into structures whose layout is no promise of
// Cyclone's, so the library must be of that very version.
const builtFor = C.DDS_VERSION

// versionRE matches a C string that is a version and nothing else. Cyclone holds
// its own to tell it in discovery, and no second one.
var versionRE = regexp.MustCompile(`\x00(\d{1,3}\.\d{1,3}\.\d{1,3})\x00`)

// checkLibrary refuses a libddsc of another version than the headers.
var checkLibrary = sync.OnceValue(func() error {
	path := loadedLibrary()
	return compareVersions(path, builtFor, libraryVersions(path))
})

// loadedLibrary is the file that Cyclone was loaded from.
func loadedLibrary() string { return C.GoString(C.hyt_library()) }

// libraryVersions lists the versions that a shared library names among its
// constants: none where it cannot be read.
func libraryVersions(path string) (versions []string) {
	file, err := elf.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	section := file.Section(".rodata")
	if section == nil {
		return nil
	}
	constants, err := section.Data()
	if err != nil {
		return nil
	}
	for _, match := range versionRE.FindAllSubmatch(constants, -1) {
		versions = append(versions, string(match[1]))
	}
	return versions
}

// compareVersions judges what a library says it is. One that says nothing passes:
// there is nothing to hold against it.
func compareVersions(path, want string, found []string) error {
	if len(found) == 0 || slices.Contains(found, want) {
		return nil
	}
	return fmt.Errorf("dds: %s is Cyclone DDS %s, but this program was built with the headers of %s: rebuild it against that library (set PKG_CONFIG_PATH to where its CycloneDDS.pc lies), or put the %[3]s library first on LD_LIBRARY_PATH", path, found[0], want)
}
