package mounted

import (
	"fmt"
	"net/url"
	"strings"
)

// path is the file of a URL; "" for none. parameter is whose value it is.
func path(parameter, from string) (string, error) {
	switch {
	case from == "" || from == None:
		return "", nil
	case !strings.Contains(from, "://"):
		return from, nil
	}
	u, err := url.Parse(from)
	switch {
	case err != nil:
		return "", fmt.Errorf("parameter %q is %q, which is no URL: write file:///path/to/file.yaml", parameter, from)
	case u.Scheme != "file":
		return "", fmt.Errorf("parameter %q is %q: only file:// is read (in a launch file: file://$(find-pkg-share PACKAGE)/…)", parameter, from)
	case u.Host != "" && u.Host != "localhost" || !strings.HasPrefix(u.Path, "/"):
		return "", fmt.Errorf("parameter %q is %q: a file's path begins with a third slash, file:///path/to/file.yaml", parameter, from)
	}
	return u.Path, nil
}
