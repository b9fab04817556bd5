#version 330
// Skin, hair, clothes and shoes of one person, each by where on the body it is.
in vec3 world; in vec3 normal; in vec3 body; in vec4 where_;
uniform vec3 skin, hair, top, top2, trousers, shoes;
uniform vec4 cut;       // sleeve, trouser leg, coat, waist
uniform vec4 pattern;   // kind, frequency, phase, hem of a skirt
uniform vec4 hairdo;    // hairline, unused, length, seed
uniform float number;
layout(location = 0) out vec4 colour; layout(location = 1) out vec4 id;
//LIGHT
vec3 patterned() {
    float kind = pattern.x; vec2 u = body.xy * pattern.y;
    if (where_.y >= 0.) u = vec2(where_.y * .35 * pattern.y, body.z * pattern.y);
    vec3 c = top;
    if (kind < .5) {}
    else if (kind < 1.5) { if (fract(u.y + pattern.z) < .5) c = top2; }
    else if (kind < 2.5) { if (fract(u.x + pattern.z) < .4) c = top2; }
    else if (kind < 3.5) c = mix(top, top2, (step(.5, fract(u.x)) + step(.5, fract(u.y))) * .5);
    else if (kind < 4.5) { if (noise(u * 1.7 + pattern.z * 9.) > .58) c = top2; }
    else if (kind < 5.5) { if (body.z > 0. && abs(body.x) < .055 && body.y > .66 && body.y < .76) c = mix(top2, top, step(.5, noise(body.xy * 120.))); }
    else if (kind < 6.5) { if (where_.y >= 0. || body.y > .76) c = top2; }
    if (body.z > .02 && abs(body.x) < .012 && pattern.z > .7) c = mix(c, top2, .6);
    return c;
}
void main() {
    float part = where_.x, cloth = 0.; vec3 c = skin;
    float fold = noise(body.xy * vec2(34., 26.) + hairdo.w * 17. + body.z * 20.) - .5;
    if (part < .5) {
        if (where_.z > 1.) c = shoes;
        else if (where_.w > .5 && body.y + (.02 - body.z) * .9 > hairdo.x) c = hair * (.85 + .4 * noise(body.xz * 180.));
    } else if (part < 1.5) {
        cloth = 1.; bool leg = where_.z >= 0.; bool below = leg ? where_.z > cut.z : (where_.y < 0. && body.y < cut.w);
        if (where_.y >= 0. && where_.y > cut.x) discard;
        if (leg && below && where_.z > cut.y) discard;
        if (below) { c = trousers * (.93 + .14 * noise(body.xy * 90.)); if (pattern.x > 6.5) c *= .8 + .4 * noise(body.xy * 25.); }
        else c = patterned();
    } else if (part < 2.5) {
        if (body.y < hairdo.z) discard; c = hair * (.8 + .4 * noise(body.xz * 160.));
    } else {
        if (body.y < pattern.w) discard; cloth = 1.; c = cut.z > .05 ? top : trousers; if (body.y > cut.w) c = top;
    }
    vec3 n = normalize(normal); if (!gl_FrontFacing) n = -n;
    if (cloth > .5) { n = normalize(n + fold * vec3(.9, .5, .9)); c *= 1. + .25 * fold; }
    colour = vec4(c * lit(n, world, .72 + .28 * smoothstep(0., .9, world.z)), 1.);
    id = vec4(number / 255., 0., 0., 1.);
}
