package msgs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What a definition takes from another package, colcon must find there before it builds
// ours.
func TestTheRosPackageDeclaresWhatItsDefinitionsUse(t *testing.T) {
	files, err := filepath.Glob("def/hyt_msgs/*/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d definitions: %v", len(files), err)
	}
	read := func(name string) string {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	cmake, manifest := read("CMakeLists.txt"), read("package.xml")
	generated := regexp.MustCompile(`rosidl_generate_interfaces\(.* DEPENDENCIES ([^)]*)\)`).FindStringSubmatch(cmake)
	if generated == nil {
		t.Fatal("CMakeLists.txt generates no interfaces")
	}
	used := regexp.MustCompile(`(?m)^([a-z_]+)/[A-Z]`)
	for _, file := range files {
		for _, match := range used.FindAllStringSubmatch(read(file), -1) {
			name := match[1]
			if !strings.Contains(manifest, "<depend>"+name+"</depend>") {
				t.Errorf("%s uses %s, which package.xml does not name", file, name)
			}
			if !strings.Contains(cmake, "find_package("+name+" ") || !strings.Contains(" "+generated[1]+" ", " "+name+" ") {
				t.Errorf("%s uses %s, which CMakeLists.txt does not name", file, name)
			}
		}
	}
}
