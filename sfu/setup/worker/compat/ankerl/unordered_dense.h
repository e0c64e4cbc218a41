// ankerl::unordered_dense is not packaged by Debian. The worker needs its map, set and hash only, and
// only where the standard containers behave the same; these aliases lend them the name.
#pragma once
#include <functional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace ankerl::unordered_dense
{
	// Its own type, since the worker also calls it directly: hash<uint16_t>{}(port).
	template<typename Key>
	struct hash : public std::hash<Key>
	{
	};

	template<typename Key, typename Value, typename Hasher = hash<Key>, typename Same = std::equal_to<Key>>
	using map = std::unordered_map<Key, Value, Hasher, Same>;

	template<typename Key, typename Hasher = hash<Key>, typename Same = std::equal_to<Key>>
	using set = std::unordered_set<Key, Hasher, Same>;
} // namespace ankerl::unordered_dense
