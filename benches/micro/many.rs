//! Many events of one's own, so that there can be many handlers.

bitcart_events::events! {
    pub mod many {
        e000 { number: Int } e001 { number: Int } e002 { number: Int } e003 { number: Int }
        e004 { number: Int } e005 { number: Int } e006 { number: Int } e007 { number: Int }
        e008 { number: Int } e009 { number: Int } e010 { number: Int } e011 { number: Int }
        e012 { number: Int } e013 { number: Int } e014 { number: Int } e015 { number: Int }
        e016 { number: Int } e017 { number: Int } e018 { number: Int } e019 { number: Int }
        e020 { number: Int } e021 { number: Int } e022 { number: Int } e023 { number: Int }
        e024 { number: Int } e025 { number: Int } e026 { number: Int } e027 { number: Int }
        e028 { number: Int } e029 { number: Int } e030 { number: Int } e031 { number: Int }
        e032 { number: Int } e033 { number: Int } e034 { number: Int } e035 { number: Int }
        e036 { number: Int } e037 { number: Int } e038 { number: Int } e039 { number: Int }
        e040 { number: Int } e041 { number: Int } e042 { number: Int } e043 { number: Int }
        e044 { number: Int } e045 { number: Int } e046 { number: Int } e047 { number: Int }
        e048 { number: Int } e049 { number: Int } e050 { number: Int } e051 { number: Int }
        e052 { number: Int } e053 { number: Int } e054 { number: Int } e055 { number: Int }
        e056 { number: Int } e057 { number: Int } e058 { number: Int } e059 { number: Int }
        e060 { number: Int } e061 { number: Int } e062 { number: Int } e063 { number: Int }
        e064 { number: Int } e065 { number: Int } e066 { number: Int } e067 { number: Int }
        e068 { number: Int } e069 { number: Int } e070 { number: Int } e071 { number: Int }
        e072 { number: Int } e073 { number: Int } e074 { number: Int } e075 { number: Int }
        e076 { number: Int } e077 { number: Int } e078 { number: Int } e079 { number: Int }
        e080 { number: Int } e081 { number: Int } e082 { number: Int } e083 { number: Int }
        e084 { number: Int } e085 { number: Int } e086 { number: Int } e087 { number: Int }
        e088 { number: Int } e089 { number: Int } e090 { number: Int } e091 { number: Int }
        e092 { number: Int } e093 { number: Int } e094 { number: Int } e095 { number: Int }
        e096 { number: Int } e097 { number: Int } e098 { number: Int } e099 { number: Int }
        e100 { number: Int } e101 { number: Int } e102 { number: Int } e103 { number: Int }
        e104 { number: Int } e105 { number: Int } e106 { number: Int } e107 { number: Int }
        e108 { number: Int } e109 { number: Int } e110 { number: Int } e111 { number: Int }
        e112 { number: Int } e113 { number: Int } e114 { number: Int } e115 { number: Int }
        e116 { number: Int } e117 { number: Int } e118 { number: Int } e119 { number: Int }
        e120 { number: Int } e121 { number: Int } e122 { number: Int } e123 { number: Int }
        e124 { number: Int } e125 { number: Int } e126 { number: Int } e127 { number: Int }
        e128 { number: Int } e129 { number: Int } e130 { number: Int } e131 { number: Int }
        e132 { number: Int } e133 { number: Int } e134 { number: Int } e135 { number: Int }
        e136 { number: Int } e137 { number: Int } e138 { number: Int } e139 { number: Int }
        e140 { number: Int } e141 { number: Int } e142 { number: Int } e143 { number: Int }
        e144 { number: Int } e145 { number: Int } e146 { number: Int } e147 { number: Int }
        e148 { number: Int } e149 { number: Int } e150 { number: Int } e151 { number: Int }
        e152 { number: Int } e153 { number: Int } e154 { number: Int } e155 { number: Int }
        e156 { number: Int } e157 { number: Int } e158 { number: Int } e159 { number: Int }
        e160 { number: Int } e161 { number: Int } e162 { number: Int } e163 { number: Int }
        e164 { number: Int } e165 { number: Int } e166 { number: Int } e167 { number: Int }
        e168 { number: Int } e169 { number: Int } e170 { number: Int } e171 { number: Int }
        e172 { number: Int } e173 { number: Int } e174 { number: Int } e175 { number: Int }
        e176 { number: Int } e177 { number: Int } e178 { number: Int } e179 { number: Int }
        e180 { number: Int } e181 { number: Int } e182 { number: Int } e183 { number: Int }
        e184 { number: Int } e185 { number: Int } e186 { number: Int } e187 { number: Int }
        e188 { number: Int } e189 { number: Int } e190 { number: Int } e191 { number: Int }
        e192 { number: Int } e193 { number: Int } e194 { number: Int } e195 { number: Int }
        e196 { number: Int } e197 { number: Int } e198 { number: Int } e199 { number: Int }
        e200 { number: Int } e201 { number: Int } e202 { number: Int } e203 { number: Int }
        e204 { number: Int } e205 { number: Int } e206 { number: Int } e207 { number: Int }
        e208 { number: Int } e209 { number: Int } e210 { number: Int } e211 { number: Int }
        e212 { number: Int } e213 { number: Int } e214 { number: Int } e215 { number: Int }
        e216 { number: Int } e217 { number: Int } e218 { number: Int } e219 { number: Int }
        e220 { number: Int } e221 { number: Int } e222 { number: Int } e223 { number: Int }
        e224 { number: Int } e225 { number: Int } e226 { number: Int } e227 { number: Int }
        e228 { number: Int } e229 { number: Int } e230 { number: Int } e231 { number: Int }
        e232 { number: Int } e233 { number: Int } e234 { number: Int } e235 { number: Int }
        e236 { number: Int } e237 { number: Int } e238 { number: Int } e239 { number: Int }
        e240 { number: Int } e241 { number: Int } e242 { number: Int } e243 { number: Int }
        e244 { number: Int } e245 { number: Int } e246 { number: Int } e247 { number: Int }
        e248 { number: Int } e249 { number: Int } e250 { number: Int } e251 { number: Int }
        e252 { number: Int } e253 { number: Int } e254 { number: Int } e255 { number: Int }
        e256 { number: Int } e257 { number: Int } e258 { number: Int } e259 { number: Int }
        e260 { number: Int } e261 { number: Int } e262 { number: Int } e263 { number: Int }
        e264 { number: Int } e265 { number: Int } e266 { number: Int } e267 { number: Int }
        e268 { number: Int } e269 { number: Int } e270 { number: Int } e271 { number: Int }
        e272 { number: Int } e273 { number: Int } e274 { number: Int } e275 { number: Int }
        e276 { number: Int } e277 { number: Int } e278 { number: Int } e279 { number: Int }
        e280 { number: Int } e281 { number: Int } e282 { number: Int } e283 { number: Int }
        e284 { number: Int } e285 { number: Int } e286 { number: Int } e287 { number: Int }
        e288 { number: Int } e289 { number: Int } e290 { number: Int } e291 { number: Int }
        e292 { number: Int } e293 { number: Int } e294 { number: Int } e295 { number: Int }
        e296 { number: Int } e297 { number: Int } e298 { number: Int } e299 { number: Int }
        e300 { number: Int } e301 { number: Int } e302 { number: Int } e303 { number: Int }
        e304 { number: Int } e305 { number: Int } e306 { number: Int } e307 { number: Int }
        e308 { number: Int } e309 { number: Int } e310 { number: Int } e311 { number: Int }
        e312 { number: Int } e313 { number: Int } e314 { number: Int } e315 { number: Int }
        e316 { number: Int } e317 { number: Int } e318 { number: Int } e319 { number: Int }
        e320 { number: Int } e321 { number: Int } e322 { number: Int } e323 { number: Int }
        e324 { number: Int } e325 { number: Int } e326 { number: Int } e327 { number: Int }
        e328 { number: Int } e329 { number: Int } e330 { number: Int } e331 { number: Int }
        e332 { number: Int } e333 { number: Int } e334 { number: Int } e335 { number: Int }
        e336 { number: Int } e337 { number: Int } e338 { number: Int } e339 { number: Int }
        e340 { number: Int } e341 { number: Int } e342 { number: Int } e343 { number: Int }
        e344 { number: Int } e345 { number: Int } e346 { number: Int } e347 { number: Int }
        e348 { number: Int } e349 { number: Int } e350 { number: Int } e351 { number: Int }
        e352 { number: Int } e353 { number: Int } e354 { number: Int } e355 { number: Int }
        e356 { number: Int } e357 { number: Int } e358 { number: Int } e359 { number: Int }
        e360 { number: Int } e361 { number: Int } e362 { number: Int } e363 { number: Int }
        e364 { number: Int } e365 { number: Int } e366 { number: Int } e367 { number: Int }
        e368 { number: Int } e369 { number: Int } e370 { number: Int } e371 { number: Int }
        e372 { number: Int } e373 { number: Int } e374 { number: Int } e375 { number: Int }
        e376 { number: Int } e377 { number: Int } e378 { number: Int } e379 { number: Int }
        e380 { number: Int } e381 { number: Int } e382 { number: Int } e383 { number: Int }
        e384 { number: Int } e385 { number: Int } e386 { number: Int } e387 { number: Int }
        e388 { number: Int } e389 { number: Int } e390 { number: Int } e391 { number: Int }
        e392 { number: Int } e393 { number: Int } e394 { number: Int } e395 { number: Int }
    }
}

/// As many names as there are.
pub(crate) fn names() -> Vec<&'static str> {
    many::EVENTS.iter().map(|event| event.name).collect()
}
