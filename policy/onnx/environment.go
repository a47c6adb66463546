package onnx

import (
	"fmt"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// environment is ONNX Runtime in this process. The library allows one a process,
// so this is the one place of the project with package-level state. Once loaded
// it stays: threads that ran in the library may still hold its thread-local data
// when the last graph closes, and unloading it under them crashes.
var environment struct {
	sync.Mutex
	library string // path of the loaded library, "" until then
}

// Start loads ONNX Runtime's shared library from where FindLibrary finds it, unless
// one is loaded. Open does so, too; only tensors that are made before need it.
func Start() error { return start("") }

// start loads the library (or the one that FindLibrary finds, for "") unless that
// is done. A failed start may be tried again.
func start(library string) error {
	environment.Lock()
	defer environment.Unlock()
	if environment.library != "" {
		if library != "" && library != environment.library {
			return fmt.Errorf("ONNX Runtime is already loaded from %s, so %s cannot be used in this process", environment.library, library)
		}
		return nil
	}
	library, err := findLibraryOr(library)
	if err != nil {
		return err
	}
	ort.SetSharedLibraryPath(library)
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fmt.Errorf("ONNX Runtime does not load from %s (%w); run `make setup` to get one that fits this machine", library, err)
	}
	environment.library = library
	return nil
}

func findLibraryOr(library string) (string, error) {
	if library == "" {
		return FindLibrary()
	}
	return findLibrary(library, nil)
}

// Version is the loaded ONNX Runtime's version, or "" before the first Open.
func Version() string {
	environment.Lock()
	defer environment.Unlock()
	if environment.library == "" {
		return ""
	}
	return ort.GetVersion()
}

// loaded is the path of the loaded library.
func loaded() string {
	environment.Lock()
	defer environment.Unlock()
	return environment.library
}
