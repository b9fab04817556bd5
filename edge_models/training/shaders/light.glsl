uniform sampler2DShadow shadows; uniform mat4 sun_VP; uniform vec3 sun_direction, sun_light, sky_light, ground_light; uniform float shadow_depth;
float in_sun(vec3 world) {
    vec4 s = sun_VP * vec4(world, 1.); vec3 c = s.xyz / s.w * .5 + .5;
    if (c.z > 1. || c.x < 0. || c.x > 1. || c.y < 0. || c.y > 1.) return 1.;
    float bias = .004, o = 1.2 / 512.;
    return .25 * (texture(shadows, vec3(c.xy + vec2(o, o * .4), c.z - bias)) + texture(shadows, vec3(c.xy + vec2(-o, o * .6), c.z - bias))
                + texture(shadows, vec3(c.xy + vec2(o * .5, -o), c.z - bias)) + texture(shadows, vec3(c.xy - vec2(o * .5, o), c.z - bias)));
}
vec3 lit(vec3 n, vec3 world, float open_) {
    vec3 ambient = (sky_light * (.5 + .5 * n.z) + ground_light * (.5 - .5 * n.z)) * open_;
    return ambient + sun_light * max(dot(n, sun_direction), 0.) * mix(1., in_sun(world), shadow_depth);
}
float hash(vec2 p) { return fract(sin(dot(p, vec2(127.1, 311.7))) * 43758.5453); }
float noise(vec2 p) {
    vec2 i = floor(p), f = fract(p); f = f * f * (3. - 2. * f);
    return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}
