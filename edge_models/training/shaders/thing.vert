#version 330
in vec3 p; in vec3 n; in vec3 surface; in vec3 tint; uniform mat4 VP;
out vec3 world; out vec3 normal; out vec3 uvl; out vec3 tone;
void main() { world = p; normal = n; uvl = surface; tone = tint; gl_Position = VP * vec4(p, 1.); }
