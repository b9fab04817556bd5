#version 330
in vec3 p; uniform mat4 VP;
void main() { gl_Position = VP * vec4(p, 1.); }
