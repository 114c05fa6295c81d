#include "generate.h"

namespace soda {
namespace {

constexpr District kDistricts[] = {
    {1, "Central", 41.8727, -87.6284, 52, {42, 4, 25}},
    {2, "Wentworth", 41.8018, -87.6235, 46, {3, 4, 20}},
    {3, "Grand Crossing", 41.7664, -87.6057, 52, {6, 20, 5}},
    {4, "South Chicago", 41.7296, -87.5610, 56, {7, 8, 10}},
    {5, "Calumet", 41.6927, -87.6190, 46, {9, 34, 21}},
    {6, "Gresham", 41.7456, -87.6400, 64, {6, 17, 21}},
    {7, "Englewood", 41.7757, -87.6604, 48, {15, 16, 17}},
    {8, "Chicago Lawn", 41.7786, -87.7086, 62, {13, 18, 23}},
    {9, "Deering", 41.8106, -87.6700, 44, {11, 12, 14}},
    {10, "Ogden", 41.8569, -87.7084, 46, {22, 24, 12}},
    {11, "Harrison", 41.8731, -87.7058, 58, {24, 28, 37}},
    {12, "Near West", 41.8629, -87.6569, 62, {25, 27, 28}},
    {14, "Shakespeare", 41.9180, -87.6976, 38, {1, 26, 32}},
    {15, "Austin", 41.8802, -87.7686, 36, {29, 37, 28}},
    {16, "Jefferson Park", 41.9741, -87.7661, 36, {38, 41, 45}},
    {17, "Albany Park", 41.9663, -87.7281, 32, {33, 35, 39}},
    {18, "Near North", 41.9032, -87.6434, 56, {2, 42, 43}},
    {19, "Town Hall", 41.9474, -87.6515, 54, {44, 46, 47}},
    {20, "Lincoln", 41.9796, -87.6928, 22, {40, 48, 47}},
    {22, "Morgan Park", 41.6914, -87.6685, 34, {19, 21, 34}},
    {24, "Rogers Park", 41.9998, -87.6713, 36, {49, 50, 48}},
    {25, "Grand Central", 41.9186, -87.7656, 50, {30, 31, 36}},
};

constexpr Iucr kCodes[] = {
    {"0810", "THEFT", "OVER $500", "06", 776, 4, 1},
    {"0820", "THEFT", "$500 AND UNDER", "06", 726, 8, 3},
    {"0486", "BATTERY", "DOMESTIC BATTERY SIMPLE", "08B", 723, 19, 99},
    {"0910", "MOTOR VEHICLE THEFT", "AUTOMOBILE", "07", 701, 4, 0},
    {"1320", "CRIMINAL DAMAGE", "TO VEHICLE", "14", 666, 2, 10},
    {"0460", "BATTERY", "SIMPLE", "08B", 592, 16, 8},
    {"0560", "ASSAULT", "SIMPLE", "08A", 575, 9, 27},
    {"1310", "CRIMINAL DAMAGE", "TO PROPERTY", "14", 470, 5, 22},
    {"0860", "THEFT", "RETAIL THEFT", "06", 390, 26, 0},
    {"0920", "MOTOR VEHICLE THEFT", "ATTEMPT - AUTOMOBILE", "07", 257, 2, 0},
    {"0890", "THEFT", "FROM BUILDING", "06", 245, 3, 4},
    {"031A", "ROBBERY", "ARMED - HANDGUN", "03", 229, 5, 0},
    {"0610", "BURGLARY", "FORCIBLE ENTRY", "05", 191, 5, 3},
    {"143A", "WEAPONS VIOLATION", "UNLAWFUL POSSESSION - HANDGUN", "15", 186, 96, 1},
    {"051A", "ASSAULT", "AGGRAVATED - HANDGUN", "04A", 167, 9, 6},
    {"2820", "OTHER OFFENSE", "TELEPHONE THREAT", "08A", 120, 2, 28},
    {"1330", "CRIMINAL TRESPASS", "TO LAND", "26", 116, 60, 6},
    {"1150", "DECEPTIVE PRACTICE", "CREDIT CARD FRAUD", "11", 112, 1, 1},
    {"2825", "OTHER OFFENSE", "HARASSMENT BY TELEPHONE", "26", 111, 1, 34},
    {"0620", "BURGLARY", "UNLAWFUL ENTRY", "05", 109, 6, 3},
    {"2826", "OTHER OFFENSE", "HARASSMENT BY ELECTRONIC MEANS", "26", 90, 2, 42},
    {"1477", "WEAPONS VIOLATION", "RECKLESS FIREARM DISCHARGE", "15", 89, 4, 0},
    {"1153", "DECEPTIVE PRACTICE", "FINANCIAL IDENTITY THEFT OVER $ 300", "11", 86, 1, 1},
    {"0930", "MOTOR VEHICLE THEFT", "THEFT / RECOVERY - AUTOMOBILE", "07", 83, 10, 1},
    {"0320", "ROBBERY", "STRONG ARM - NO WEAPON", "03", 79, 8, 3},
    {"4387", "OTHER OFFENSE", "VIOLATE ORDER OF PROTECTION", "26", 76, 22, 92},
    {"0430", "BATTERY", "AGGRAVATED - OTHER DANGEROUS WEAPON", "04B", 71, 18, 4},
    {"1130", "DECEPTIVE PRACTICE", "FRAUD OR CONFIDENCE GAME", "11", 62, 1, 1},
    {"0520", "ASSAULT", "AGGRAVATED - KNIFE / CUTTING INSTRUMENT", "04A", 61, 25, 28},
    {"041A", "BATTERY", "AGGRAVATED - HANDGUN", "04B", 60, 7, 4},
    {"1365", "CRIMINAL TRESPASS", "TO RESIDENCE", "26", 50, 25, 40},
    {"0870", "THEFT", "POCKET-PICKING", "06", 49, 1, 0},
    {"2024", "NARCOTICS", "POSSESS - HEROIN (WHITE)", "18", 46, 98, 0},
    {"0281", "CRIMINAL SEXUAL ASSAULT", "NON-AGGRAVATED", "02", 44, 4, 18},
    {"0498", "BATTERY", "AGG. DOMESTIC BATTERY - HANDS, FISTS, FEET, SERIOUS INJURY", "04B", 40, 26, 100},
    {"0420", "BATTERY", "AGGRAVATED - KNIFE / CUTTING INSTRUMENT", "04B", 39, 24, 4},
    {"1120", "DECEPTIVE PRACTICE", "FORGERY", "10", 38, 3, 1},
    {"0454", "BATTERY", "AGGRAVATED P.O. - HANDS, FISTS, FEET, NO / MINOR INJURY", "08B", 33, 84, 1},
    {"0110", "HOMICIDE", "FIRST DEGREE MURDER", "01A", 30, 20, 12},
    {"2027", "NARCOTICS", "POSSESS - CRACK", "18", 29, 99, 0},
    {"0326", "ROBBERY", "AGGRAVATED VEHICULAR HIJACKING", "03", 26, 6, 1},
    {"1750", "OFFENSE INVOLVING CHILDREN", "CHILD ABUSE", "08B", 24, 10, 70},
    {"1822", "NARCOTICS", "MANUFACTURE / DELIVER - CANNABIS OVER 10 GRAMS", "18", 23, 99, 0},
    {"1360", "CRIMINAL TRESPASS", "TO VEHICLE", "26", 23, 40, 4},
    {"1020", "ARSON", "BY FIRE", "09", 12, 8, 10},
    {"0545", "ASSAULT", "PROTECTED EMPLOYEE - HANDS, FISTS, FEET, NO / MINOR INJURY", "08A", 11, 45, 1},
    {"1506", "PROSTITUTION", "SOLICIT ON PUBLIC WAY", "16", 8, 99, 0},
    {"3710", "INTERFERENCE WITH PUBLIC OFFICER", "RESIST / OBSTRUCT / DISARM OFFICER", "24", 8, 98, 1},
};

constexpr Place kPlaces[] = {
    {"STREET", 2957},
    {"APARTMENT", 1797},
    {"RESIDENCE", 1150},
    {"SIDEWALK", 503},
    {"PARKING LOT / GARAGE (NON RESIDENTIAL)", 384},
    {"SMALL RETAIL STORE", 306},
    {"RESTAURANT", 274},
    {"ALLEY", 231},
    {"DEPARTMENT STORE", 199},
    {"VEHICLE NON-COMMERCIAL", 163},
    {"COMMERCIAL / BUSINESS OFFICE", 131},
    {"OTHER (SPECIFY)", 131},
    {"GAS STATION", 101},
    {"RESIDENCE - PORCH / HALLWAY", 97},
    {"RESIDENCE - GARAGE", 96},
    {"SCHOOL - PUBLIC BUILDING", 93},
    {"GROCERY FOOD STORE", 93},
    {"RESIDENCE - YARD (FRONT / BACK)", 82},
    {"SCHOOL - PUBLIC GROUNDS", 82},
    {"HOSPITAL BUILDING / GROUNDS", 66},
    {"BAR OR TAVERN", 63},
    {"CTA TRAIN", 57},
    {"CONVENIENCE STORE", 56},
    {"DRUG STORE", 56},
    {"HOTEL / MOTEL", 49},
    {"PARK PROPERTY", 42},
    {"VACANT LOT / LAND", 42},
    {"CTA BUS", 39},
    {"BANK", 38},
    {"DRIVEWAY - RESIDENTIAL", 37},
    {"POLICE FACILITY / VEHICLE PARKING LOT", 35},
    {"NURSING / RETIREMENT HOME", 29},
    {"CTA PLATFORM", 28},
    {"LIBRARY", 20},
};

}  // namespace

std::span<const District> districts() {
  return kDistricts;
}
std::span<const Iucr> iucr_codes() {
  return kCodes;
}
std::span<const Place> crime_places() {
  return kPlaces;
}

}  // namespace soda
