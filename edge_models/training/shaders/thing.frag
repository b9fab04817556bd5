#version 330
// Everything but people; the floor is darker at their feet.
in vec3 world; in vec3 normal; in vec3 uvl; in vec3 tone;
uniform sampler2DArray surfaces; uniform vec2 feet[16]; uniform int people; uniform float contact;
layout(location = 0) out vec4 colour; layout(location = 1) out vec4 id;
//LIGHT
void main() {
    vec4 c = texture(surfaces, uvl); if (c.a < .5) discard;
    float open_ = .8 + .2 * smoothstep(0., .6, world.z);
    if (world.z < .03) { open_ = 1.; for (int i = 0; i < people; i++) { vec2 d = world.xy - feet[i]; open_ *= 1. - contact * exp(-dot(d, d) * 7.); } }
    vec3 n = normalize(normal); if (!gl_FrontFacing) n = -n;
    colour = vec4(c.rgb * tone * lit(n, world, open_), 1.); id = vec4(0, 0, 0, 1);
}
