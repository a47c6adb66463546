package engine

import (
	"errors"
	"fmt"
	"os"

	"hyt/policy/onnx"
)

// startLibrary loads ONNX Runtime's shared library, and makes the environment name
// it. The backend reads nothing else, and would otherwise try to download one.
func startLibrary() error {
	path, err := onnx.FindLibrary()
	if err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	return errors.Join(os.Setenv(onnx.LibraryEnv, path), onnx.Start())
}
