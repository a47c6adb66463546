package onnx

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// LibraryEnv is the environment variable that names the shared library.
const LibraryEnv = "ONNXRUNTIME_SHARED_LIBRARY_PATH"

// setupDir is where `make setup` puts the library, below the project's root.
const setupDir = "build/deps/onnxruntime"

// FindLibrary returns the path of ONNX Runtime's shared library. It looks, in
// this order, at what LibraryEnv names, beside the executable and in its ../lib,
// at what `make setup` made for the project that the working directory or the
// executable lies in, and in the system's library folders. The error says what
// to do.
func FindLibrary() (string, error) {
	return findLibrary(os.Getenv(LibraryEnv), libraryFolders())
}

func findLibrary(named string, folders []string) (string, error) {
	if named != "" {
		if !isFile(named) {
			return "", fmt.Errorf("%s names %q, which is not a file; correct it, or unset it and run `make setup`", LibraryEnv, named)
		}
		return named, nil
	}
	for _, dir := range folders {
		for _, name := range libraryNames() {
			if path := filepath.Join(dir, name); isFile(path) {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("ONNX Runtime's library %s is not on this machine; run `make setup`, or set %s to its path", libraryNames()[0], LibraryEnv)
}

func libraryNames() []string {
	if runtime.GOOS == "darwin" {
		return []string{"libonnxruntime.dylib"}
	}
	return []string{"libonnxruntime.so", "libonnxruntime.so.1"}
}

func libraryFolders() []string {
	var folders []string
	exe, exeErr := os.Executable()
	if exeErr == nil {
		dir := filepath.Dir(exe)
		folders = append(folders, dir, filepath.Join(dir, "..", "lib"))
	}
	if wd, err := os.Getwd(); err == nil {
		folders = append(folders, upward(wd)...)
	}
	if exeErr == nil {
		folders = append(folders, upward(filepath.Dir(exe))...)
	}
	return append(folders, "/usr/local/lib", "/usr/lib",
		"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/opt/onnxruntime/lib")
}

// upward is setupDir below dir and below each folder above it.
func upward(dir string) []string {
	var folders []string
	for {
		folders = append(folders, filepath.Join(dir, filepath.FromSlash(setupDir)))
		parent := filepath.Dir(dir)
		if parent == dir {
			return folders
		}
		dir = parent
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
