// Starts the small modules every page has; the import map (base.html) says where they are.
import "interface/theme";
import "interface/dialogs";
import "interface/menus";
import "interface/toasts";
import "interface/countdowns";
import "interface/quantity";
import "interface/selection";
import "interface/reveal";
import "interface/copy";
import "interface/poll";
import "interface/presses";
import "interface/printing";
import "interface/palette";
import "interface/shortcuts";
import "interface/file_columns";
import "interface/downloads";
