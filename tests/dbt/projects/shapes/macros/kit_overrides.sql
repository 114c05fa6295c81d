{% macro default__greet(name) -%}'{{ var("greeting", "hi") }} {{ name }}, from the project'{%- endmacro %}
