# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2207 # words, none with blanks
# Completion of ucsecctl for bash.

# The ids of live streams, where the caller may know them.
_ucsecctl_ids() {
	ucsecctl stream show 2>/dev/null | sed -n 's/^stream \([0-9]*\).*/\1/p'
}

_ucsecctl_trunks() {
	ucsecctl acl show 2>/dev/null | sed -n 's/^trunk \([0-9]*\)$/\1/p'
}

# The daemon's words come from the tool's own table: _ucsecctl_words WORDS...
# The names of objects, where the caller may know them, from the daemon.
_ucsecctl_words() {
	ucsecctl words "$@" 2>/dev/null
}

_ucsecctl_names() {
	ucsecctl "$1" list 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_ucsecctl_tokens() {
	ucsecctl ctl token list 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_ucsecctl() {
	local both add set params suites acl aclset aclparams words=() cur prev
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	both='from to rtcp rx tx key-file mki cookie pair dscp idle
		rtcp-mux rx-rtcp-mux tx-rtcp-mux strict latch roc-reset
		freebind hand-up --json --help'
	add="in out dev window max-ssrcs roc $both"
	set="rx-key-file tx-key-file relatch $both"
	params='max-streams window max-ssrcs rekey-overlap rekey-grace idle
		auth-burst replay-burst'
	suites='AES_CM_128_HMAC_SHA1_80 AES_CM_128_HMAC_SHA1_32
		AES_192_CM_HMAC_SHA1_80 AES_192_CM_HMAC_SHA1_32
		AES_256_CM_HMAC_SHA1_80 AES_256_CM_HMAC_SHA1_32
		AEAD_AES_128_GCM AEAD_AES_256_GCM
		NULL_HMAC_SHA1_80 NULL_HMAC_SHA1_32'
	acl='prefix prefix-file port transport methods boxes unparsed denial
		rate cookie --json --help'
	aclset="add-prefix del-prefix $acl"
	aclparams='unknown ports mark reject-rate reject-burst max-trunks
		max-prefixes denial-burst --json --help'

	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" = --json ] || words+=("${COMP_WORDS[i]}")
	done

	case ${words[0]:-},${words[1]:-},$prev in
	*,*,rx | *,*,tx)	COMPREPLY=($(compgen -W "$suites" -- "$cur")) ;;
	*,*,*key-file)		COMPREPLY=($(compgen -f -- "$cur")) ;;
	*,*,dev)		COMPREPLY=($(compgen -W \
					"$(cd /sys/class/net && echo *)" -- "$cur")) ;;
	acl,*,unparsed)		COMPREPLY=($(compgen -W 'pass drop reject' \
					-- "$cur")) ;;
	acl,*,denial)		COMPREPLY=($(compgen -W 'drop reject' -- "$cur")) ;;
	acl,*,unknown)		COMPREPLY=($(compgen -W 'pass count drop' \
					-- "$cur")) ;;
	acl,*,kind)		COMPREPLY=($(compgen -W 'trunk line' -- "$cur")) ;;
	acl,*,rate)		COMPREPLY=($(compgen -W 'requests responses
					keepalives source' -- "$cur")) ;;
	acl,*,transport)	COMPREPLY=($(compgen -W 'udp tcp tls' -- "$cur")) ;;
	acl,*,methods)		COMPREPLY=($(compgen -W 'all none INVITE ACK BYE
					CANCEL OPTIONS REGISTER PRACK UPDATE
					INFO MESSAGE PUBLISH SUBSCRIBE NOTIFY
					REFER OTHER' -- "$cur")) ;;
	acl,*,boxes)		COMPREPLY=($(compgen -W 'all none
					presence-subscription
					out-of-dialog-refer
					unsolicited-notification
					replaces-header' -- "$cur")) ;;
	acl,*,prefix-file | acl,load,load)
				COMPREPLY=($(compgen -f -- "$cur")) ;;
	acl,set,set | acl,del,del)
				COMPREPLY=($(compgen -W \
					"$(_ucsecctl_trunks)" -- "$cur")) ;;
	acl,show,* | acl,stats,*)
				COMPREPLY=($(compgen -W "$(_ucsecctl_trunks)
					cookie --prefixes --dump --json" \
					-- "$cur")) ;;
	acl,add,*)		COMPREPLY=($(compgen -W "id kind $acl" -- "$cur")) ;;
	acl,set,*)		COMPREPLY=($(compgen -W "$aclset" -- "$cur")) ;;
	acl,params,*)		COMPREPLY=($(compgen -W "$aclparams" -- "$cur")) ;;
	acl,flush,* | acl,load,*)
				COMPREPLY=($(compgen -W 'cookie --json' \
					-- "$cur")) ;;
	acl,test,*)		COMPREPLY=($(compgen -W 'transport --json' \
					-- "$cur")) ;;
	acl,?*,*)		;;
	acl,*)			COMPREPLY=($(compgen -W 'add set del flush load
					show stats params test --help' \
					-- "$cur")) ;;
	stream,set,set | stream,show,show | stream,del,del | *,*,pair)
				COMPREPLY=($(compgen -W \
					"$(_ucsecctl_ids)" -- "$cur")) ;;
	stream,add,*)		COMPREPLY=($(compgen -W "$add" -- "$cur")) ;;
	stream,set,*)		COMPREPLY=($(compgen -W "$set" -- "$cur")) ;;
	stream,?*,*)		;;
	stream,*)		COMPREPLY=($(compgen -W \
					'add set show del flush --help' -- "$cur")) ;;
	params,set,*)		COMPREPLY=($(compgen -W "$params" -- "$cur")) ;;
	params,,*)		COMPREPLY=($(compgen -W 'set --help' -- "$cur")) ;;
	capf,list,*)		COMPREPLY=($(compgen -W '--pending --failed --json' \
					-- "$cur")) ;;
	capf,show,* | capf,export,*)
				COMPREPLY=($(compgen -W "--mic --der --json
					$(_ucsecctl_names capf)" -- "$cur")) ;;
	xdp,attach,--mode)	COMPREPLY=($(compgen -W 'native generic auto' \
					-- "$cur")) ;;
	xdp,?*,*)		COMPREPLY=($(compgen -W "--mode --json
					$(ls /sys/class/net)" -- "$cur")) ;;
	xdp,*)			COMPREPLY=($(compgen -W \
					'attach detach show --help' -- "$cur")) ;;
	monitor,*)		COMPREPLY=($(compgen -W 'count --json' -- "$cur")) ;;
	,*)			COMPREPLY=($(compgen -W 'stream acl suites stats
					params xdp monitor param registration call
					capf ctl itl file firmware
					import export schema status words
					$(_ucsecctl_words) --json --socket
					--help --version' -- "$cur")) ;;
	file,add,* | firmware,import,*)
				COMPREPLY=($(compgen -f -W '--name --json' \
					-- "$cur")) ;;
	file,del,* | firmware,del,*)
				COMPREPLY=($(compgen -W \
					"$(_ucsecctl_names "${words[0]}")" \
					-- "$cur")) ;;
	ctl,show,* | itl,show,*)
				COMPREPLY=($(compgen -f -W --json -- "$cur")) ;;
	ctl,verify,* | itl,verify,*)
				COMPREPLY=($(compgen -f -W '--against --json' \
					-- "$cur")) ;;
	ctl,token,token)	COMPREPLY=($(compgen -W 'list register remove' \
					-- "$cur")) ;;
	ctl,token,register | ctl,token,remove)
				COMPREPLY=($(compgen -W \
					"$(_ucsecctl_tokens)" -- "$cur")) ;;
	ctl,token,*)		COMPREPLY=($(compgen -W '--retry-pin --json' \
					-- "$cur")) ;;
	ctl,mode,*)		COMPREPLY=($(compgen -W 'mixed nonsecure' \
					-- "$cur")) ;;
	itl,renew,*)		COMPREPLY=($(compgen -W 'start finish cancel' \
					-- "$cur")) ;;
	itl,rollback,*)		COMPREPLY=($(compgen -W 'on off' -- "$cur")) ;;
	ctl,update,*)		;;
	cert,upload,* | cert,import,import | cert,export,export | \
	cert,request,request | cert,regenerate,regenerate | \
	cert,promote,promote | cert,fingerprint,fingerprint)
				COMPREPLY=($(compgen -f -W \
					"$(_ucsecctl_names cert)" -- "$cur")) ;;
	cert,import,* | cert,promote,* | cert,export,* | cert,request,* | \
	cert,regenerate,*)
				COMPREPLY=($(compgen -f -W '--next --force
					--der --chain --days --bits --cn --ou
					--o --l --st --c --name --json' \
					-- "$cur")) ;;
	cert,followup,*)	COMPREPLY=($(compgen -W '--dry-run --json' \
					-- "$cur")) ;;
	import,*)		COMPREPLY=($(compgen -f -W --dry-run \
					-- "$cur")) ;;
	*,*,*-file)		COMPREPLY=($(compgen -f -- "$cur")) ;;
	param,?*,*)		COMPREPLY=($(compgen -W \
					"$(_ucsecctl_words param "${words[1]}")" -- "$cur")) ;;
	enterprise-phone,show,*) ;;
	enterprise-phone,set,*)	COMPREPLY=($(compgen -W \
					"$(_ucsecctl_words enterprise-phone set)" -- "$cur")) ;;
	enterprise-phone,apply,*) ;;
	srst,fetch,fetch)	COMPREPLY=($(compgen -W \
					"$(_ucsecctl_names srst)" -- "$cur")) ;;
	srst,fetch,*)		COMPREPLY=($(compgen -W 'port --accept --json' \
					-- "$cur")) ;;
	*,show,show | *,set,set | *,del,del | *,reset,reset | *,restart,restart | \
	*,apply,apply | *,settings,settings | *,copy,copy)
				COMPREPLY=($(compgen -W \
					"$(_ucsecctl_names "${words[0]}")" -- "$cur")) ;;
	*,add,* | *,set,*)	COMPREPLY=($(compgen -W \
					"$(_ucsecctl_words "${words[@]:0:2}")" -- "$cur")) ;;
	*,list,*)		;;
	*,*)			COMPREPLY=($(compgen -W \
					"$(_ucsecctl_words "${words[0]}")" -- "$cur")) ;;
	esac
}
complete -F _ucsecctl ucsecctl
