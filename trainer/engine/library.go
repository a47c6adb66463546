package engine

import (
	"fmt"
	"os"

	"hyt/policy/onnx"
)

// findLibrary makes the environment name ONNX Runtime's shared library, where
// the policy finds it too. The backend reads nothing else, and would otherwise
// try to download one.
func findLibrary() error {
	path, err := onnx.FindLibrary()
	if err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	return os.Setenv(onnx.LibraryEnv, path)
}
