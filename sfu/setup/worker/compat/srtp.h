// The worker is written against libsrtp 3, whose calls differ from those of the libsrtp 2 that
// distributions carry in two ways:
//
//  - A policy is an opaque object with setters, no longer a struct to fill in.
//  - Packets are protected from one buffer into another, no longer in place, and lengths are size_t.
//
// Both are given here on top of libsrtp 2, for what the worker uses: one wildcard policy, one key, no
// MKI, no header encryption (cryptex).
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>

// libsrtp 2 calls its struct srtp_policy_t too. Let it have another name while its header is read.
#define srtp_policy_t libsrtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

// Results that libsrtp 2 does not know; the worker turns each into text. Far away from the real ones.
inline constexpr srtp_err_status_t srtp_err_status_buffer_small{ static_cast<srtp_err_status_t>(900) };
inline constexpr srtp_err_status_t srtp_err_status_cryptex_err{ static_cast<srtp_err_status_t>(901) };

namespace taimen::srtp
{
	struct Policy
	{
		libsrtp2_policy_t inner{};
		// Master key followed by master salt, as libsrtp 2 wants them. `inner` points here.
		std::array<unsigned char, SRTP_MAX_KEY_LEN> keyAndSalt{};
	};

	// One of libsrtp 2's four calls that change a packet in place.
	using InPlaceCall = srtp_err_status_t (*)(srtp_t, void*, int*);

	// Copies a packet to `to` (unless it is there already) and lets `call` change it in place. `growth` is
	// the most that the call may append; `*toLen` is the room in `to` before, the packet's length after.
	inline srtp_err_status_t Transform(
	  InPlaceCall call,
	  srtp_t session,
	  const uint8_t* from,
	  size_t fromLen,
	  uint8_t* to,
	  size_t* toLen,
	  size_t growth)
	{
		if (fromLen > static_cast<size_t>(std::numeric_limits<int>::max()))
		{
			return srtp_err_status_bad_param;
		}

		if (from != to)
		{
			if (*toLen < fromLen + growth)
			{
				return srtp_err_status_buffer_small;
			}

			std::copy_n(from, fromLen, to);
		}

		auto length       = static_cast<int>(fromLen);
		const auto result = call(session, to, &length);

		*toLen = static_cast<size_t>(std::max(length, 0));

		return result;
	}

	// SRTCP appends its index (with the E bit, 4 bytes) besides the authentication tag: RFC 3711, 3.4.
	inline constexpr size_t RtpGrowth{ SRTP_MAX_TRAILER_LEN };
	inline constexpr size_t RtcpGrowth{ SRTP_MAX_TRAILER_LEN + 4 };
} // namespace taimen::srtp

using srtp_policy_t = taimen::srtp::Policy*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* created)
{
	*created = new (std::nothrow) taimen::srtp::Policy;

	return *created != nullptr ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	if (policy != nullptr)
	{
		// The key shall not stay behind in freed memory.
		volatile unsigned char* secret = policy->keyAndSalt.data();

		for (size_t i{ 0 }; i < policy->keyAndSalt.size(); ++i)
		{
			secret[i] = 0;
		}
	}

	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->inner.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	auto& rtp  = policy->inner.rtp;
	auto& rtcp = policy->inner.rtcp;

	// The 32 bit tag is for RTP only, RTCP stays at 80 bits (RFC 5764, section 4.1.2). libsrtp 2 has no
	// RTP policy for this profile, so it is put together here.
	if (profile == srtp_profile_aes128_cm_sha1_32)
	{
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&rtcp);

		return srtp_err_status_ok;
	}

	const auto result = srtp_crypto_policy_set_from_profile_for_rtp(&rtp, profile);

	if (result != srtp_err_status_ok)
	{
		return result;
	}

	return srtp_crypto_policy_set_from_profile_for_rtcp(&rtcp, profile);
}

inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const uint8_t* key,
  size_t keyLen,
  const uint8_t* salt,
  size_t saltLen,
  const uint8_t* /*mki*/,
  size_t mkiLen)
{
	auto& both = policy->keyAndSalt;

	if (mkiLen > 0 || keyLen > both.size() || saltLen > both.size() - keyLen)
	{
		return srtp_err_status_bad_param;
	}

	std::copy_n(salt, saltLen, std::copy_n(key, keyLen, both.begin()));
	policy->inner.key = both.data();

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allowed)
{
	policy->inner.allow_repeat_tx = allowed ? 1 : 0;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, size_t packets)
{
	policy->inner.window_size = packets;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	// libsrtp 2 copies what it needs, the policy may go afterwards.
	return srtp_create(session, std::addressof(policy->inner));
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* rtp, size_t rtpLen, uint8_t* srtp, size_t* srtpLen, size_t /*mkiIndex*/)
{
	return taimen::srtp::Transform(
	  &::srtp_protect, session, rtp, rtpLen, srtp, srtpLen, taimen::srtp::RtpGrowth);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* rtcp, size_t rtcpLen, uint8_t* srtcp, size_t* srtcpLen, size_t /*mkiIndex*/)
{
	return taimen::srtp::Transform(
	  &::srtp_protect_rtcp, session, rtcp, rtcpLen, srtcp, srtcpLen, taimen::srtp::RtcpGrowth);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t session, const uint8_t* srtp, size_t srtpLen, uint8_t* rtp, size_t* rtpLen)
{
	return taimen::srtp::Transform(&::srtp_unprotect, session, srtp, srtpLen, rtp, rtpLen, 0);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t session, const uint8_t* srtcp, size_t srtcpLen, uint8_t* rtcp, size_t* rtcpLen)
{
	return taimen::srtp::Transform(&::srtp_unprotect_rtcp, session, srtcp, srtcpLen, rtcp, rtcpLen, 0);
}
