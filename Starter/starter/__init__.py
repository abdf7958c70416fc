"""Rendered scenes, foreground reference and training of the bundled starter encoder."""
