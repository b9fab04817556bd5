#version 330
// A person's vertex, pushed out along its normal where clothes and hair are thick.
in vec3 p; in vec3 n; in vec3 rest; in vec4 limb;   // limb: part, sleeve, leg, head
uniform mat4 VP; uniform vec4 thick;                // jacket, trousers, hair, unused
out vec3 world; out vec3 normal; out vec3 body; out vec4 where_;
void main() {
    float out_ = 0.;
    if (limb.x > .5 && limb.x < 1.5) out_ = limb.z >= 0. ? thick.y : thick.x;
    if (limb.x < .5 && limb.z > 1.) out_ = .006;
    if (limb.x > 1.5 && limb.x < 2.5) out_ = thick.z;
    if (limb.x < .5 && limb.w > .5 && rest.y > .93) out_ = thick.z;
    world = p + n * out_; normal = n; body = rest; where_ = limb;
    gl_Position = VP * vec4(world, 1.);
}
