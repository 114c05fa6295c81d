#include "sources/postgres/types.h"

#include <algorithm>

namespace leat::sources::postgres {

using batch::Type;
using batch::TypeKind;

namespace {

struct Known {
  std::uint32_t oid;
  Form form;
  TypeKind kind;
};
constexpr Known kKnown[] = {
    {16, Form::boolean, TypeKind::boolean},
    {17, Form::bytes, TypeKind::bytes},
    {18, Form::plain_text, TypeKind::text},
    {19, Form::text, TypeKind::text},
    {20, Form::int64, TypeKind::int64},
    {21, Form::int16, TypeKind::int16},
    {23, Form::int32, TypeKind::int32},
    {25, Form::text, TypeKind::text},
    {26, Form::oid, TypeKind::int64},
    {28, Form::oid, TypeKind::int64},
    {29, Form::oid, TypeKind::int64},
    {114, Form::text, TypeKind::json},
    {142, Form::plain_text, TypeKind::text},
    {700, Form::float32, TypeKind::float32},
    {701, Form::float64, TypeKind::float64},
    {790, Form::money, TypeKind::decimal},
    {1042, Form::text, TypeKind::text},
    {1043, Form::text, TypeKind::text},
    {1082, Form::date, TypeKind::date},
    {1083, Form::time, TypeKind::time},
    {1114, Form::timestamp, TypeKind::timestamp},
    {1184, Form::timestamp, TypeKind::timestamptz},
    {2950, Form::uuid, TypeKind::uuid},
    {3802, Form::jsonb, TypeKind::json},
};
constexpr std::uint32_t kNumeric = 1700;
constexpr int kPrecisionMax = 38, kModifierHeader = 4, kScaleMask = 0x7ff;

void plan_numeric(const PgType& type, Numerics numerics, ColumnPlan& plan) {
  plan.form = Form::number_text;
  plan.type = {numerics == Numerics::text ? TypeKind::text : TypeKind::float64};
  if (type.modifier < kModifierHeader) return;
  int packed = type.modifier - kModifierHeader, precision = packed >> 16 & 0xffff;
  // Eleven bits with a sign, since PostgreSQL 15.
  int scale = ((packed & kScaleMask) ^ 0x400) - 0x400;
  if (precision > kPrecisionMax || scale < 0 || scale > precision) return;
  plan.form = Form::decimal;
  plan.type = {TypeKind::decimal, static_cast<std::uint8_t>(precision), static_cast<std::uint8_t>(scale)};
}

}  // namespace

ColumnPlan plan_column(const PgColumn& column, Numerics numerics) {
  ColumnPlan plan;
  plan.name = column.name;
  plan.nullable = column.nullable;
  const PgType& type = column.type;
  plan.type = {TypeKind::text};
  if (type.oid == kNumeric) {
    plan_numeric(type, numerics, plan);
    return plan;
  }
  if (const auto* known = std::find_if(std::begin(kKnown), std::end(kKnown),
                                       [&](const Known& each) { return each.oid == type.oid; });
      known != std::end(kKnown)) {
    plan.form = known->form;
    plan.type = {known->kind};
    if (known->form == Form::money) plan.type = {TypeKind::decimal, 21, 2};
    return plan;
  }
  if (type.element_category) {
    plan.form = Form::array;
    plan.type = {TypeKind::json};
    plan.elements_are_boolean = type.element_category == 'B';
    plan.elements_are_json = type.name == "_json" || type.name == "_jsonb";
    // Money has a currency's sign.
    plan.elements_are_bare = type.element_category == 'N' && type.name != "_money";
  } else if (type.name == "hstore") {
    plan.form = Form::hstore;
    plan.type = {TypeKind::json};
  } else if (type.name == "geometry" || type.name == "geography") {
    plan.form = Form::geometry;
  } else if (type.kind == 'e' || type.name == "citext") {
    plan.form = Form::text;
  }
  return plan;
}

}  // namespace leat::sources::postgres
